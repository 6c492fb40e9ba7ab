;; No state at all: no event ever changes anything.
(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "square_root") (param f64) (result f64) (f64.sqrt (local.get 0)))
  (func (export "saturate") (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0)))
  (func (export "extend") (param i64) (result i64) (i64.extend8_s (local.get 0))))
