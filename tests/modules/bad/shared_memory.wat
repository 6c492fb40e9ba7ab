(module
  (memory $shared (export "memory") 1 4 shared)
  (func (export "get") (result i32) (i32.atomic.load (i32.const 0))))
