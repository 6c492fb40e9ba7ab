;; The smallest program: a number in memory, and one in a global nobody exports.
(module
  (memory (export "memory") 1)
  (global $calls (mut i64) (i64.const 0))
  (func $count (global.set $calls (i64.add (global.get $calls) (i64.const 1))))
  (func (export "set") (param $value i32)
    (call $count)
    (i32.store (i32.const 1024) (local.get $value)))
  (func (export "get") (result i32) (i32.load (i32.const 1024)))
  (func (export "increment") (result i32)
    (call $count)
    (i32.store (i32.const 1024) (i32.add (i32.load (i32.const 1024)) (i32.const 1)))
    (i32.load (i32.const 1024)))
  (func (export "calls") (result i64) (global.get $calls)))
