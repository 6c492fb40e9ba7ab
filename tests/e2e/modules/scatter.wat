;; Events that change many places at once, and a sum over all of them that only whole events keep
;; right.
;;
;; After n events every one of the 512 chunks touched holds n in its counter, so `check` is n if and
;; only if no event was applied in part.
(module
  (memory 32)
  (global $events (mut i64) (i64.const 0))
  (func (export "step") (result i64) (local $chunk i32) (local $at i32) (local $noise i64)
    (global.set $events (i64.add (global.get $events) (i64.const 1)))
    (local.set $noise (i64.mul (global.get $events) (i64.const 0x9e3779b97f4a7c15)))
    (loop $next
      (local.set $at (i32.shl (local.get $chunk) (i32.const 12)))
      (i64.store offset=8 (local.get $at) (i64.add (i64.load offset=8 (local.get $at)) (i64.const 1)))
      (local.set $noise
        (i64.add (i64.mul (local.get $noise) (i64.const 6364136223846793005)) (i64.const 1)))
      (i64.store offset=16 (local.get $at) (local.get $noise))
      (local.set $chunk (i32.add (local.get $chunk) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $chunk) (i32.const 512))))
    (global.get $events))
  ;; The number of events, or -1 if some chunk disagrees.
  (func (export "check") (result i64) (local $chunk i32)
    (loop $next
      (if (i64.ne (i64.load offset=8 (i32.shl (local.get $chunk) (i32.const 12))) (global.get $events))
        (then (return (i64.const -1))))
      (local.set $chunk (i32.add (local.get $chunk) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $chunk) (i32.const 512))))
    (global.get $events)))
