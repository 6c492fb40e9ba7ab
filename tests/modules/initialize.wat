;; A WASI reactor: start function first, then the exported _initialize, both once
;; in the life of a state.
(module
  (global $order (mut i32) (i32.const 0))
  (func $start
    (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.const 1))))
  (start $start)
  (func (export "_initialize")
    (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.const 2))))
  (func (export "order") (result i32) (global.get $order))
  (func (export "push") (param i32) (result i32)
    (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (local.get 0)))
    (global.get $order)))
