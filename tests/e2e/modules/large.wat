;; A large memory of which little is used. Chunk n of those used lies at n * 40 chunks, so that 25600
;; of them (100 MiB) are spread over all of 4 GiB.
(module
  (memory (export "memory") 1 65536)
  (global $seed (mut i64) (i64.const 1))

  ;; Returns the pages there are then.
  (func (export "grow_to") (param $pages i32) (result i32)
    (drop (memory.grow (i32.sub (local.get $pages) (memory.size))))
    (memory.size))

  ;; Fills `count` chunks, the first of which is `first`, with what cannot be compressed; the first
  ;; word of each is its number.
  (func $fill (export "fill") (param $first i32) (param $count i32)
    (local $address i32) (local $end i32)
    (loop $chunk
      (local.set $address (i32.mul (local.get $first) (i32.const 163840)))
      (local.set $end (i32.add (local.get $address) (i32.const 4096)))
      (loop $word
        (global.set $seed
          (i64.add (i64.mul (global.get $seed) (i64.const 6364136223846793005)) (i64.const 1)))
        (i64.store (local.get $address) (global.get $seed))
        (local.set $address (i32.add (local.get $address) (i32.const 8)))
        (br_if $word (i32.lt_u (local.get $address) (local.get $end))))
      (i64.store (i32.sub (local.get $end) (i32.const 4096)) (i64.extend_i32_u (local.get $first)))
      (local.set $first (i32.add (local.get $first) (i32.const 1)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $chunk (local.get $count))))

  (func (export "fill_and_trap") (param $first i32) (param $count i32)
    (call $fill (local.get $first) (local.get $count))
    unreachable)

  ;; How many of the first `count` chunks hold their number, and no zero behind it.
  (func (export "count_filled") (param $count i32) (result i32)
    (local $chunk i32) (local $address i32) (local $filled i32)
    (loop $each
      (local.set $address (i32.mul (local.get $chunk) (i32.const 163840)))
      (local.set $filled
        (i32.add (local.get $filled)
          (i32.and
            (i64.eq (i64.load (local.get $address)) (i64.extend_i32_u (local.get $chunk)))
            (i64.ne (i64.load offset=4088 (local.get $address)) (i64.const 0)))))
      (local.set $chunk (i32.add (local.get $chunk) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $chunk) (local.get $count))))
    (local.get $filled)))
