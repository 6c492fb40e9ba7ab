;; A start function, which runs once in the life of a state and not once a process.
(module
  (memory 1)
  (global $starts (mut i32) (i32.const 0))
  (func $start
    (global.set $starts (i32.add (global.get $starts) (i32.const 1)))
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 100))))
  (start $start)
  (func (export "starts") (result i32) (global.get $starts))
  (func (export "word") (result i32) (i32.load (i32.const 0)))
  (func (export "increment") (result i32)
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
    (i32.load (i32.const 0))))
