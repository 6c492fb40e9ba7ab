;; 64-bit addresses that wrap around, or lose their upper half, in unrepaired output (R5).
(module
  (memory i64 1 2)
  (data $text "abc")
  (func (export "load") (param i64) (result i32) (i32.load offset=8 (local.get 0)))
  (func (export "store") (param i64) (i32.store8 offset=16 (local.get 0) (i32.const 3)))
  (func (export "fill") (param i64 i64) (memory.fill (local.get 0) (i32.const 1) (local.get 1)))
  (func (export "copy") (param i64 i64) (memory.copy (local.get 0) (i64.const 0) (local.get 1)))
  (func (export "init") (param i64)
    (memory.init $text (local.get 0) (i32.const 0) (i32.const 3))))
