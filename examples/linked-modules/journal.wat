;; A journal of amounts. It knows nothing of who writes into it: bank.wat imports its function, reads
;; its memory and sees its counter.
(module
  (memory (export "entries") 1)
  (global $count (export "count") (mut i32) (i32.const 0))
  (func (export "append") (param $amount i64)
    (if (i32.eq (global.get $count) (i32.mul (memory.size) (i32.const 8192)))
      (then (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable)))))
    (i64.store (i32.mul (global.get $count) (i32.const 8)) (local.get $amount))
    (global.set $count (i32.add (global.get $count) (i32.const 1)))))
