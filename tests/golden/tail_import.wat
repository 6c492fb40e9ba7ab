;; Tail calls to imports, direct and through a table, do not compile in unrepaired output (R2).
(module
  (type $unary (func (param i32) (result i32)))
  (import "env" "sum" (func $sum (param i32 i64) (result i32)))
  (import "env" "twice" (func $twice (param i32) (result i32)))
  (table funcref (elem $down $twice))
  (func $down (export "down") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
    (return_call $down (i32.sub (local.get 0) (i32.const 1))))
  (func (export "sum") (param i32) (result i32) (return_call $sum (local.get 0) (i64.const 2)))
  (func (export "twice") (param i32) (result i32) (return_call $twice (local.get 0)))
  (func (export "through") (param i32 i32) (result i32)
    (return_call_indirect (type $unary) (local.get 0) (local.get 1))))
