;; A first event that works for a while and writes 8 MiB.
(module
  (memory 128)
  (global $done (mut i32) (i32.const 0))
  (func $begin (local $at i32) (local $value i64)
    (local.set $value (i64.const 1))
    (loop $next
      (local.set $value
        (i64.add (i64.mul (local.get $value) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))
      (i64.store (local.get $at) (local.get $value))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 8388608))))
    (global.set $done (i32.const 1)))
  (start $begin)
  (func (export "done") (result i32) (global.get $done))
  (func (export "sum") (result i64) (local $at i32) (local $sum i64)
    (loop $next
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 8388608))))
    (local.get $sum)))
