;; A memory with much in it, touched where it is told to.
(module
  (memory (export "memory") 4096)
  ;; One word in each chunk of [from, to).
  (func (export "fill") (param $from i32) (param $to i32)
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
      (i64.store (i32.mul (local.get $from) (i32.const 4096))
        (i64.add (i64.extend_i32_u (local.get $from)) (i64.const 1000000)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br $next))))
  ;; Ones in their place, in vain.
  (func (export "spoil") (param $from i32) (param $to i32)
    (loop $next
      (i64.store (i32.mul (local.get $from) (i32.const 4096)) (i64.const 1))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $from) (local.get $to))))
    unreachable)
  ;; The words of chunks [from, to), added up.
  (func (export "sum") (param $from i32) (param $to i32) (result i64) (local $sum i64)
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
      (local.set $sum (i64.add (local.get $sum)
        (i64.load (i32.mul (local.get $from) (i32.const 4096)))))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br $next)))
    (local.get $sum))
  (func (export "set") (param $chunk i32) (param $value i64)
    (i64.store (i32.mul (local.get $chunk) (i32.const 4096)) (local.get $value))))
