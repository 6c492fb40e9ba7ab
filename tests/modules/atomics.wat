;; Atomic instructions on a memory that is not shared.
(module
  (memory 1)
  (func (export "add") (param i32 i32) (result i32)
    (i32.atomic.rmw.add (local.get 0) (local.get 1)))
  (func (export "exchange") (param i32 i64) (result i64)
    (i64.atomic.rmw.xchg (local.get 0) (local.get 1)))
  (func (export "compare_exchange") (param i32 i32 i32) (result i32)
    (i32.atomic.rmw.cmpxchg (local.get 0) (local.get 1) (local.get 2)))
  (func (export "store") (param i32 i32)
    (i32.atomic.store (local.get 0) (local.get 1)) (atomic.fence))
  (func (export "load") (param i32) (result i32) (i32.atomic.load (local.get 0))))
