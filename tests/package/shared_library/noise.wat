;; Traps, and calls its host: what has to stay inside one shared library.
(module
  (import "noise" "say" (func $say (param i32)))
  (memory 1)
  (func (export "get") (result i32) (i32.load (i32.const 0)))
  (func (export "louder") (result i32)
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 10)))
    (call $say (i32.load (i32.const 0)))
    (i32.load (i32.const 0)))
  (func (export "break")
    (i32.store (i32.const 0) (i32.const 99))
    (i32.store (i32.const 65536) (i32.const 1))))
