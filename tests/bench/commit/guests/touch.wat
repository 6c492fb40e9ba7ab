;; The guest whose events are made to measure: each changes `bytes` bytes in each of `chunks` chunks
;; of a memory of any size.
;;
;; The memory in use is $used chunks (a power of two), $stride chunks apart. The touched ones are
;; spread over it by a multiplicative walk, so that neighbouring events dirty different places, as a
;; real heap does.
(module
  (memory (export "memory") 1024 65536)
  (global $at (mut i32) (i32.const 1))
  (global $used (mut i32) (i32.const 16384))
  (global $stride (mut i32) (i32.const 1))

  (func (export "layout") (param $used i32) (param $stride i32) (local $pages i32)
    (global.set $used (local.get $used))
    (global.set $stride (local.get $stride))
    (local.set $pages (i32.shr_u (i32.mul (local.get $used) (local.get $stride)) (i32.const 4)))
    (if (i32.gt_u (local.get $pages) (memory.size))
      (then
        (if (i32.eq (memory.grow (i32.sub (local.get $pages) (memory.size))) (i32.const -1))
          (then unreachable)))))

  (func $address (param $number i32) (result i32)
    (i32.shl (i32.mul (local.get $number) (global.get $stride)) (i32.const 12)))

  ;; Fills `count` used chunks from number `first` on with something of which LZ4 leaves about two
  ;; fifths, as it does of real heaps: every fourth word is random, the others are small.
  (func (export "fill") (param $first i32) (param $count i32)
    (local $at i32) (local $end i32) (local $random i64)
    (local.set $count (i32.add (local.get $first) (local.get $count)))
    (loop $chunk
      (local.set $at (call $address (local.get $first)))
      (local.set $end (i32.add (local.get $at) (i32.const 4096)))
      (local.set $random (i64.extend_i32_u (local.get $first)))
      (loop $word
        (local.set $random
          (i64.add (i64.mul (local.get $random) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))
        (i64.store (local.get $at) (local.get $random))
        (i64.store offset=8 (local.get $at) (i64.shr_u (local.get $random) (i64.const 56)))
        (i64.store offset=16 (local.get $at) (i64.const 35))
        (i64.store offset=24 (local.get $at) (i64.extend_i32_u (local.get $first)))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (br_if $word (i32.ne (local.get $at) (local.get $end))))
      (local.set $first (i32.add (local.get $first) (i32.const 1)))
      (br_if $chunk (i32.lt_u (local.get $first) (local.get $count)))))

  ;; Adds `salt` to the first `bytes` bytes (a multiple of 8) of `chunks` chunks.
  (func $touch (export "touch") (param $chunks i32) (param $bytes i32) (param $salt i64)
    (local $chunk i32) (local $at i32) (local $end i32)
    (loop $each
      (global.set $at
        (i32.and (i32.add (i32.mul (global.get $at) (i32.const 5)) (i32.const 12345))
                 (i32.sub (global.get $used) (i32.const 1))))
      (local.set $at (call $address (global.get $at)))
      (local.set $end (i32.add (local.get $at) (local.get $bytes)))
      (loop $word
        (i64.store (local.get $at)
          (i64.add (i64.mul (i64.load (local.get $at)) (i64.const 6364136223846793005))
                   (local.get $salt)))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $word (i32.lt_u (local.get $at) (local.get $end))))
      (local.set $chunk (i32.add (local.get $chunk) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $chunk) (local.get $chunks)))))

  (func (export "touch_and_trap") (param $chunks i32) (param $bytes i32) (param $salt i64)
    (call $touch (local.get $chunks) (local.get $bytes) (local.get $salt))
    unreachable)

  ;; Reads a word of each of `chunks` chunks; changes nothing.
  (func (export "look") (param $chunks i32) (result i64) (local $at i32) (local $sum i64)
    (loop $each
      (local.set $at
        (i32.and (i32.add (i32.mul (local.get $at) (i32.const 5)) (i32.const 12345))
                 (i32.sub (global.get $used) (i32.const 1))))
      (local.set $sum (i64.add (local.get $sum) (i64.load (call $address (local.get $at)))))
      (local.set $chunks (i32.sub (local.get $chunks) (i32.const 1)))
      (br_if $each (local.get $chunks)))
    (local.get $sum))

  ;; Reads a word of every chunk in use.
  (func (export "read_all") (result i64) (local $number i32) (local $sum i64)
    (loop $each
      (local.set $sum (i64.add (local.get $sum) (i64.load (call $address (local.get $number)))))
      (local.set $number (i32.add (local.get $number) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $number) (global.get $used))))
    (local.get $sum)))
