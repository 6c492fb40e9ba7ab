;; Builds, with warnings: names the line mode cannot take, one of which would forge a diagnostic.
(module
  (func $one (result i32) (i32.const 1))
  (export "-" (func $one))
  (export "two\nlines: error: forged" (func $one))
  (export "\1b[31mred" (func $one)))
