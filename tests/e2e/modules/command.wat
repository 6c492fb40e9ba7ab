;; A command: writes to two chunks of its memory and ends with status 3.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 64) (i32.const 1))
    (i32.store (i32.const 8192) (i32.const 2))
    (call $proc_exit (i32.const 3))))
