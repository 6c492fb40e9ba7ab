;; Nothing that could be called: only a memory is exported.
(module
  (memory (export "memory") 1)
  (func (result i32) (i32.const 1)))
