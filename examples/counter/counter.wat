;; A counter that knows nothing of persistence: one number in memory, one in a private global.
(module
  (memory 1)
  (global $calls (mut i64) (i64.const 0))

  (func (export "set") (param $value i64)
    (global.set $calls (i64.add (global.get $calls) (i64.const 1)))
    (i64.store (i32.const 0) (local.get $value)))

  (func (export "get") (result i64)
    (i64.load (i32.const 0)))

  (func (export "increment") (result i64)
    (global.set $calls (i64.add (global.get $calls) (i64.const 1)))
    (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1)))
    (i64.load (i32.const 0)))

  ;; How often the number was changed, by any process.
  (func (export "changes") (result i64)
    (global.get $calls))

  ;; Counts, then traps if the limit is passed: then nothing was counted.
  (func (export "increment_below") (param $limit i64) (result i64)
    (global.set $calls (i64.add (global.get $calls) (i64.const 1)))
    (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1)))
    (if (i64.ge_s (i64.load (i32.const 0)) (local.get $limit))
      (then (unreachable)))
    (i64.load (i32.const 0))))
