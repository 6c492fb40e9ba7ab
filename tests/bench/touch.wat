;; The guest of the commit benchmark: an event that changes `bytes` bytes in each of `chunks`
;; chunks.
;;
;; The touched chunks are spread over the 64 MiB memory by a multiplicative walk, so that
;; neighbouring events dirty different places, as a real heap does.
(module
  (memory (export "memory") 1024 1024)
  (global $at (mut i32) (i32.const 1))

  ;; Fills every chunk, so that all of the memory is live state.
  (func (export "fill") (local $i i32)
    (loop $next
      (i64.store (local.get $i) (i64.mul (i64.extend_i32_u (local.get $i)) (i64.const 0x9e3779b97f4a7c15)))
      (local.set $i (i32.add (local.get $i) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 0x4000000)))))

  ;; Adds `salt` to the first `bytes` bytes (a multiple of 8) of `chunks` chunks.
  (func (export "touch") (param $chunks i32) (param $bytes i32) (param $salt i64)
    (local $chunk i32) (local $address i32) (local $end i32)
    (loop $each
      (global.set $at
        (i32.and (i32.add (i32.mul (global.get $at) (i32.const 5)) (i32.const 12345)) (i32.const 16383)))
      (local.set $address (i32.shl (global.get $at) (i32.const 12)))
      (local.set $end (i32.add (local.get $address) (local.get $bytes)))
      (loop $word
        (i64.store (local.get $address)
          (i64.add (i64.mul (i64.load (local.get $address)) (i64.const 6364136223846793005))
                   (local.get $salt)))
        (local.set $address (i32.add (local.get $address) (i32.const 8)))
        (br_if $word (i32.lt_u (local.get $address) (local.get $end))))
      (local.set $chunk (i32.add (local.get $chunk) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $chunk) (local.get $chunks))))))
