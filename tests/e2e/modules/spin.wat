;; A command that computes without end: it reads a line, prints "go", and then calls $spin, whose
;; loop ends only if the line begins with "0". Then it prints "done". What it computes is a global.
(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $total (export "total") (mut i64) (i64.const 0))
  (data (i32.const 0) "\40\00\00\00\20\00\00\00")  ;; 32 bytes at 64
  (data (i32.const 128) "go\ndone\n")

  (func $print (param $at i32) (param $length i32)
    (i32.store (i32.const 16) (local.get $at))
    (i32.store (i32.const 20) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24))))

  (func $spin (param $for_ever i32)
    (local $x i64)
    (local.set $x (i64.const 1))
    (loop $again
      (local.set $x (i64.xor (i64.mul (local.get $x) (i64.const 6364136223846793005))
                             (i64.shr_u (local.get $x) (i64.const 29))))
      (global.set $total (i64.add (global.get $total) (local.get $x)))
      (br_if $again (local.get $for_ever))))

  (func (export "_start")
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $print (i32.const 128) (i32.const 3))
    (call $spin (i32.ne (i32.load8_u (i32.const 64)) (i32.const 48)))
    (call $print (i32.const 131) (i32.const 5))))
