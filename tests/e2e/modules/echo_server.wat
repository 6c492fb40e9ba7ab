;; A command that serves one connection after another on the socket it was given: it sends back what
;; it receives. "q" ends it, with the number of connections as its exit status.
(module
  (import "wasi_snapshot_preview1" "sock_accept"
    (func $sock_accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv"
    (func $sock_recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send"
    (func $sock_send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\40\00\00\00\40\00\00\00")  ;; 64 bytes at 64, twice
  (func $accept (result i32)
    (if (call $sock_accept (i32.const 3) (i32.const 0) (i32.const 16)) (then unreachable))
    (i32.load (i32.const 16)))
  (func $receive (param $connection i32) (result i32)
    (if (call $sock_recv (local.get $connection) (i32.const 0) (i32.const 1) (i32.const 0)
                         (i32.const 12) (i32.const 20))
      (then (return (i32.const 0))))
    (i32.load (i32.const 12)))
  (func (export "_start")
    (local $connections i32) (local $connection i32)
    (loop $next
      (local.set $connection (call $accept))
      (local.set $connections (i32.add (local.get $connections) (i32.const 1)))
      (loop $more
        (if (call $receive (local.get $connection))
          (then
            (if (i32.eq (i32.load8_u (i32.const 64)) (i32.const 113))
              (then (call $proc_exit (local.get $connections))))
            (drop (call $sock_send (local.get $connection) (i32.const 8) (i32.const 1)
                                   (i32.const 0) (i32.const 24)))
            (br $more))))
      (drop (call $fd_close (local.get $connection)))
      (br $next))))
