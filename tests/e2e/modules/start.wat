;; A start function and an `_initialize`: both run once in the life of the state, in that order.
(module
  (memory 1)
  (data (i32.const 100) "\05")
  (global $order (mut i32) (i32.const 1))
  (func $begin
    (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.const 2)))
    (i32.store8 (i32.const 100) (i32.add (i32.load8_u (i32.const 100)) (i32.const 1))))
  (start $begin)
  (func (export "_initialize")
    (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.const 3)))
    (drop (memory.grow (i32.const 1))))
  (func (export "order") (result i32) (global.get $order))
  (func (export "bump") (result i32)
    (i32.store8 (i32.const 100) (i32.add (i32.load8_u (i32.const 100)) (i32.const 1)))
    (i32.load8_u (i32.const 100)))
  (func (export "pages") (result i32) (memory.size)))
