;; Handlers that wasm2c 1.0.36 translates wrongly unless repaired (R3 and R4 of wasm2c_repair.h).
(module
  (tag $number (param i32))
  (tag $other)
  (global $seen (mut i32) (i32.const 0))
  (func $throw (param i32)
    (if (i32.eqz (local.get 0)) (then (throw $other)))
    (throw $number (local.get 0)))
  ;; Only the catch_all may set $seen.
  (func (export "several") (param i32) (result i32)
    (try (result i32)
      (do (call $throw (local.get 0)) (i32.const 1))
      (catch $number (i32.add (i32.const 10)))
      (catch_all
        (global.set $seen (i32.const 99))
        (i32.add (i32.const 500) (i32.const 1)))))
  (func (export "seen") (result i32) (global.get $seen))
  (func (export "empty") (param i32) (result i32)
    (try (do (call $throw (local.get 0))) (catch $number (drop)) (catch_all))
    (i32.const 3))
  ;; A local changed inside the try, in registers by then, and read by the handler.
  (func (export "local") (param i32) (result i32)
    (local $i i32) (local $d f64)
    (try
      (do
        (loop $again
          (local.set $i (i32.add (local.get $i) (i32.const 7)))
          (local.set $d (f64.add (local.get $d) (f64.const 1)))
          (br_if $again (i32.lt_s (local.get $i) (i32.const 100))))
        (call $throw (local.get 0))
        (local.set $i (i32.const -1)))
      (catch $number (drop))
      (catch_all))
    (i32.add (local.get $i) (i32.trunc_f64_s (local.get $d))))
  (func (export "nested") (param i32) (result i32)
    (local $r i32)
    (try
      (do
        (try
          (do (call $throw (local.get 0)))
          (catch $other (local.set $r (i32.const 5)))
          (catch_all
            (local.set $r (i32.const 6))
            (local.set $r (i32.add (local.get $r) (i32.const 1)))
            (rethrow 0))))
      (catch $number (local.set $r (i32.add (local.get $r))))
      (catch_all (local.set $r (i32.const -1))))
    (local.get $r))
  (func (export "uncaught") (param i32) (call $throw (local.get 0))))
