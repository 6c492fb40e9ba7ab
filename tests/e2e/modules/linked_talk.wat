;; Prints from its own memory, into which linked_talk_main.wat does not look.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\08\00\00\00")
  (data (i32.const 16) "library\0a")
  (table (export "writers") 1 funcref)
  (elem (i32.const 0) func $write)
  (func (export "talk") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
