;; Vectors in memory and in a global.
(module
  (memory 1)
  (global $sum (mut v128) (v128.const i32x4 0 0 0 0))
  (func (export "add") (param v128) (result v128)
    (global.set $sum (i32x4.add (global.get $sum) (local.get 0)))
    (v128.store (i32.const 4088) (global.get $sum))
    (global.get $sum))
  (func (export "splat") (param f64) (result v128)
    (v128.store (i32.const 0) (f64x2.splat (local.get 0)))
    (v128.load (i32.const 4)))
  (func (export "lanes") (result i32 i32 i32 i32)
    (i32x4.extract_lane 0 (global.get $sum)) (i32x4.extract_lane 1 (global.get $sum))
    (i32x4.extract_lane 2 (global.get $sum)) (i32x4.extract_lane 3 (global.get $sum))))
