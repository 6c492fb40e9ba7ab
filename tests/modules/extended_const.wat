;; Constant expressions with arithmetic.
(module
  (memory 1)
  (global $a (mut i32) (i32.add (i32.const 40) (i32.const 2)))
  (global $b (mut i64) (i64.mul (i64.const 3) (i64.sub (i64.const 10) (i64.const 4))))
  (data (i32.add (i32.const 10) (i32.const 6)) "at sixteen")
  (func (export "a") (result i32) (global.get $a))
  (func (export "b") (result i64) (global.get $b))
  (func (export "load8") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "double") (global.set $a (i32.mul (global.get $a) (i32.const 2)))))
