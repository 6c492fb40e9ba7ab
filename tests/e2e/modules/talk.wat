;; A command that repeats what it reads, 16 bytes at a time at most, and counts the bytes. It exits
;; with their number; a piece that begins with "!" makes it trap after it was repeated.
(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\10\00\00\00\40\00\00\00")  ;; 16 bytes at 64, twice
  (func (export "_start")
    (local $total i32) (local $count i32)
    (loop $again
      (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
      (local.set $count (i32.load (i32.const 16)))
      (if (i32.eqz (local.get $count)) (then (call $proc_exit (local.get $total))))
      (local.set $total (i32.add (local.get $total) (local.get $count)))
      (i32.store (i32.const 12) (local.get $count))
      (drop (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 20)))
      (if (i32.eq (i32.load8_u (i32.const 64)) (i32.const 33)) (then unreachable))
      (br $again))))
