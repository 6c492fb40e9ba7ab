;; The smallest program with state: one private global.
(module
  (global $count (mut i32) (i32.const 0))
  (func (export "set") (param $value i32) (global.set $count (local.get $value)))
  (func (export "get") (result i32) (global.get $count))
  (func (export "increment") (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (global.get $count))
  (func (export "add") (param $amount i32) (result i32)
    (global.set $count (i32.add (global.get $count) (local.get $amount)))
    (global.get $count)))
