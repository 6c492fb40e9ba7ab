;; A command that can be left in every form of call: each line says what it waits in. It reads its
;; input a byte at a time and prints a number for each part. 100,000 frames at the deepest.
(module
  (type $io (func (param i32 i32 i32 i32) (result i32)))
  (type $two (func (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (type $io)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (type $io)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\01\00\00\00")  ;; 1 byte at 64
  (tag $oops (param i32 i64))
  (table $table 5 5 funcref)
  (elem (i32.const 0) $fd_read $direct $other $print_and_wait)
  (elem declare func $direct)
  (global $calls (mut i32) (i32.const 0))

  ;; A blocking import.
  (func $wait (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.load8_u (i32.const 64)))

  ;; A blocking import in a table, with values under its arguments.
  (func $wait_through_table (result i32)
    (i32.const 1000)
    (drop (call_indirect (type $io)
      (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 0)))
    (i32.add (i32.load8_u (i32.const 64))))

  (func $print (param $value i64)
    (local $at i32)
    (local.set $at (i32.const 159))
    (i32.store8 (i32.const 159) (i32.const 10))
    (loop $digits
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at)
        (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $value) (i64.const 10)))))
      (local.set $value (i64.div_u (local.get $value) (i64.const 10)))
      (br_if $digits (i64.ne (local.get $value) (i64.const 0))))
    (i32.store (i32.const 16) (local.get $at))
    (i32.store (i32.const 20) (i32.sub (i32.const 160) (local.get $at)))
    (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24))))

  (func $print_and_wait (param $a i32) (param $b i32) (result i32)
    (call $print (i64.extend_i32_u (local.get $a)))
    (i32.mul (call $wait) (local.get $b)))

  ;; A direct call, its caller's values in locals and on the stack.
  (func $direct (param $a i32) (param $b i32) (result i32)
    (local $c i32)
    (local.set $c (i32.mul (local.get $a) (i32.const 3)))
    (local.get $c)
    (call $wait)
    (i32.add)
    (i32.add (local.get $b)))
  (func $other (param $a i32) (param $b i32) (result i32)
    (i32.sub (i32.mul (call $wait) (local.get $b)) (local.get $a)))

  ;; Calls through a table, which function depends on the input.
  (func $indirect (result i32)
    (i32.const 7)
    (call_indirect (type $two) (i32.const 10) (i32.const 20)
      (i32.add (i32.const 1) (i32.and (call $wait) (i32.const 1))))
    (i32.add)
    (call_indirect (type $two) (i32.const 5) (i32.const 3) (i32.const 3))
    (i32.add))

  ;; Several results, and a block with parameters.
  (func $three (param $a i32) (result i32 i64 f64)
    (local $byte i32)
    (local.set $byte (call $wait))
    (i32.add (local.get $byte) (local.get $a))
    (i64.mul (i64.extend_i32_u (call $wait)) (i64.const 1000000007))
    (f64.convert_i32_u (local.get $byte)))
  (func $multi (result i64)
    (local $x f64) (local $p i32) (local $q i64) (local $r i32) (local $s i64)
    (i32.const 3)
    (call $three (i32.const 100))
    (local.set $x)
    (call $three (i32.const 200))  ;; over i32, i32, i64
    (local.set $x (f64.add (local.get $x)))
    (local.set $s) (local.set $r) (local.set $q) (local.set $p)
    (i32.add (local.get $p))
    (i32.add (local.get $r))
    (i64.extend_i32_u)
    (i64.add (local.get $q))
    (i64.add (local.get $s))
    (i64.add (i64.trunc_f64_u (local.get $x))))

  ;; Vectors and floats, in locals and on the stack.
  (func $vector (result i32)
    (local $v v128) (local $f f32)
    (local.set $v (i32x4.splat (call $wait)))
    (local.set $f (f32.const 2.5))
    (v128.const i32x4 1 2 3 4)
    (local.set $v (i32x4.replace_lane 2 (local.get $v) (call $wait)))
    (local.set $v (i32x4.add (local.get $v)))
    (i32.trunc_f32_u (f32.mul (local.get $f) (f32.const 2)))
    (i32.add (i32.mul (i32x4.extract_lane 0 (local.get $v)) (i32.const 10)))
    (i32.add (i32.mul (i32x4.extract_lane 2 (local.get $v)) (i32.const 100)))
    (i32.add (i32x4.extract_lane 3 (local.get $v))))

  (func $thrower (param $n i32)
    (throw $oops (call $wait) (i64.extend_i32_u (local.get $n))))

  ;; In a try body, and in a catch with the exception's values on the stack.
  (func $caught (result i64)
    (local $sum i64)
    (try (result i64)
      (do (call $thrower (i32.const 77)) (i64.const 0))
      (catch $oops
        (i64.extend_i32_u (call $wait))
        (i64.add)
        (local.set $sum)
        (i64.extend_i32_u)
        (i64.mul (local.get $sum)))))

  ;; In a catch that throws the same exception once more.
  (func $rethrown (result i64)
    (local $kept i64) (local $n i64)
    (try (result i64)
      (do
        (try
          (do
            (local.set $kept (i64.extend_i32_u (call $wait)))
            (call $thrower (i32.const 5)))
          (catch_all
            (local.set $kept (i64.add (local.get $kept) (i64.extend_i32_u (call $wait))))
            (rethrow 0)))
        (i64.const 1))
      (catch $oops
        (local.set $n)
        (i64.extend_i32_u)
        (i64.add (local.get $n))
        (i64.mul (local.get $kept)))))
  (func $delegated (result i64)
    (try (result i64)
      (do
        (try (do (call $thrower (i32.const 9))) (delegate 0))
        (i64.const 2))
      (catch_all (i64.extend_i32_u (call $wait)))))

  ;; Deep in a recursion that is no tail call.
  (func $deep (param $n i32) (param $sum i64) (result i64)
    (if (result i64) (i32.eqz (local.get $n))
      (then (i64.add (local.get $sum) (i64.extend_i32_u (call $wait))))
      (else
        (i64.add (i64.const 1)
          (call $deep (i32.sub (local.get $n) (i32.const 1))
            (i64.add (local.get $sum) (i64.extend_i32_u (local.get $n))))))))

  ;; A reference in a local.
  (func $references (result i32)
    (local $f funcref)
    (local.set $f (ref.func $direct))
    (drop (call $wait))
    (table.set $table (i32.const 4) (local.get $f))
    (call_indirect (type $two) (i32.const 1) (i32.const 2) (i32.const 4)))

  ;; In a loop with a parameter.
  (func $loops (result i32)
    (local $i i32)
    (i32.const 4)
    (loop $again (param i32) (result i32)
      (i32.add (call $wait))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 3)))))

  (func $print_i32 (param $value i32) (call $print (i64.extend_i32_u (local.get $value))))

  (func (export "_start")
    (call $print_i32 (call $direct (i32.const 1) (i32.const 2)))
    (call $print_i32 (call $wait_through_table))
    (call $print_i32 (call $indirect))
    (call $print (call $multi))
    (call $print_i32 (call $vector))
    (call $print (call $caught))
    (call $print (call $rethrown))
    (call $print (call $delegated))
    (call $print (call $deep (i32.const 100000) (i64.const 0)))
    (call $print_i32 (call $references))
    (call $print_i32 (call $loops))
    (call $print_i32 (global.get $calls))))
