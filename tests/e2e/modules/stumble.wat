;; A counter some of whose events trap after they have changed a good deal.
;;
;; The count is in a global and in each of 16 chunks of memory: `check` is the count if and only if
;; they all agree, and -1 otherwise.
(module
  (memory 2)
  (table 1 funcref)
  (global $count (mut i64) (i64.const 0))
  (func $add (param $amount i64) (local $at i32)
    (global.set $count (i64.add (global.get $count) (local.get $amount)))
    (loop $next
      (i64.store (local.get $at) (i64.add (i64.load (local.get $at)) (local.get $amount)))
      (local.set $at (i32.add (local.get $at) (i32.const 4096)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 65536)))))
  (func (export "increment") (result i64) (call $add (i64.const 1)) (global.get $count))
  ;; Adds a thousand, grows what can grow, and traps.
  (func (export "stumble")
    (call $add (i64.const 1000))
    (drop (memory.grow (i32.const 1)))
    (drop (table.grow 0 (ref.null func) (i32.const 1)))
    (i64.store (i32.const 131072) (i64.const 1))
    unreachable)
  ;; Adds one and gives one page more, as a heap that grows.
  (func (export "grow") (result i64)
    (call $add (i64.const 1))
    (if (i32.lt_u (memory.size) (i32.const 100)) (then (drop (memory.grow (i32.const 1)))))
    (global.get $count))
  (func (export "check") (result i64) (local $at i32)
    (loop $next
      (if (i64.ne (i64.load (local.get $at)) (global.get $count)) (then (return (i64.const -1))))
      (local.set $at (i32.add (local.get $at) (i32.const 4096)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 65536))))
    (global.get $count)))
