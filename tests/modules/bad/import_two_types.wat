;; One host function, imported with two types: there can be only one C function of the name.
(module
  (import "host" "log" (func (param i32)))
  (import "host" "log" (func (param i64)))
  (func (export "get") (result i32) (i32.const 1)))
