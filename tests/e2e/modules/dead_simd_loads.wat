;; As dead_loads.wat, with vectors.
(module
  (memory 1)
  (func (export "v128") (param i32) (drop (v128.load (local.get 0))))
  (func (export "v128_splat") (param i32) (drop (v128.load32_splat (local.get 0))))
  (func (export "v128_overwritten") (param i32)
    (v128.store (i32.const 16) (v128.load (local.get 0)))
    (v128.store (i32.const 16) (v128.const i64x2 0 0))))
