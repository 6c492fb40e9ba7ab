;; A shared memory, on one thread, with every way in which an atomic instruction changes it.
(module
  (memory $shared (export "memory") 1 4 shared)
  (func (export "get") (param i32) (result i32) (i32.atomic.load (local.get 0)))
  (func (export "add") (param i32 i32) (result i32)
    (i32.atomic.rmw.add (local.get 0) (local.get 1)))
  (func (export "compare_exchange") (param i32 i32 i32) (result i32)
    (i32.atomic.rmw8.cmpxchg_u (local.get 0) (local.get 1) (local.get 2)))
  (func (export "store") (param i32 i32) (i32.store offset=4 (local.get 0) (local.get 1)))
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))
