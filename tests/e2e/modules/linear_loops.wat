;; Loops whose addresses the compiler may keep in 64 bits, at addresses of the caller's choice.
(module
  (memory (export "memory") 2)
  ;; [at + 8192] = [at - 8] + [at + 8], `turns` times.
  (func (export "stencil") (param $at i32) (param $turns i32)
    (loop $again
      (f64.store (i32.add (local.get $at) (i32.const 8192))
        (f64.add
          (f64.load (i32.sub (local.get $at) (i32.const 8)))
          (f64.load (i32.add (local.get $at) (i32.const 8)))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1))))))
  ;; The same with the address as a sum, which wraps around: -turns * 8 ... 0.
  (func (export "from_below") (param $end i32) (param $turns i32) (local $at i32)
    (local.set $at (i32.mul (local.get $turns) (i32.const -8)))
    (loop $again
      (f64.store offset=8192 (i32.add (local.get $end) (local.get $at))
        (f64.mul
          (f64.const 3)
          (f64.load offset=16 (i32.add (local.get $end) (local.get $at)))))
      (br_if $again (local.tee $at (i32.add (local.get $at) (i32.const 8))))))
  (func (export "vectors") (param $at i32) (param $turns i32)
    (loop $again
      (v128.store (i32.add (local.get $at) (i32.const 4096))
        (f64x2.add
          (v128.load (local.get $at))
          (v128.load (i32.add (local.get $at) (i32.const 8)))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1))))))
  ;; A number for each double, and one that depends on them all.
  (func (export "fill") (local $at i32)
    (loop $again
      (f64.store (local.get $at) (f64.convert_i32_u (local.get $at)))
      (br_if $again
        (i32.ne (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 131072)))))
  (func (export "digest") (result i64) (local $at i32) (local $digest i64)
    (loop $again
      (local.set $digest
        (i64.mul
          (i64.xor (local.get $digest) (i64.load (local.get $at)))
          (i64.const 1099511628211)))
      (br_if $again
        (i32.ne (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 131072))))
    (local.get $digest)))
