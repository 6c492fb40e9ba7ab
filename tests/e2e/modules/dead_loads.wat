;; Loads whose values nobody needs, in every disguise in which an optimiser might find that out. Each
;; function loads from its argument, and must trap if that is out of bounds.
(module
  (memory 1)
  (global $sink (mut f64) (f64.const 0))

  (func (export "i32") (param i32) (drop (i32.load (local.get 0))))
  (func (export "i32_8") (param i32) (drop (i32.load8_s (local.get 0))))
  (func (export "i64") (param i32) (drop (i64.load (local.get 0))))
  (func (export "i64_16") (param i32) (drop (i64.load16_u (local.get 0))))
  (func (export "f32") (param i32) (drop (f32.load (local.get 0))))
  (func (export "f64") (param i32) (drop (f64.load (local.get 0))))

  ;; Through arithmetic that is dropped.
  (func (export "f64_sum") (param i32)
    (drop (f64.sqrt (f64.add (f64.const 1) (f64.load (local.get 0))))))
  ;; A NaN swallows what it is added to.
  (func (export "f64_nan") (param i32)
    (f64.store (i32.const 8) (f64.add (f64.const nan) (f64.load (local.get 0)))))
  (func (export "f64_nan_local") (param i32) (local $nan f64)
    (local.set $nan (f64.div (f64.const 0) (f64.const 0)))
    (f64.store (i32.const 8) (f64.mul (local.get $nan) (f64.load (local.get 0)))))
  ;; A copysign, a select, a min that does not depend on the value.
  (func (export "f64_select") (param i32)
    (f64.store (i32.const 8) (select (f64.const 1) (f64.load (local.get 0)) (i32.const 1))))
  (func (export "f64_copysign") (param i32)
    (f64.store (i32.const 8)
      (f64.copysign (f64.const 1) (f64.abs (f64.load (local.get 0))))))
  (func (export "f64_compare") (param i32)
    (i32.store (i32.const 8) (i32.and (i32.const 0) (f64.lt (f64.load (local.get 0)) (f64.const 1)))))
  (func (export "f64_both_ways") (param i32)
    (if (f64.lt (f64.load (local.get 0)) (f64.const 1))
      (then (global.set $sink (f64.const 2))) (else (global.set $sink (f64.const 2)))))
  ;; A local that is never read, or set again.
  (func (export "f64_local") (param i32) (local f64)
    (local.set 1 (f64.load (local.get 0)))
    (local.set 1 (f64.const 2))
    (global.set $sink (local.get 1)))
  ;; A store that is overwritten, at once or after a branch.
  (func (export "f64_overwritten") (param i32)
    (f64.store (i32.const 8) (f64.load (local.get 0)))
    (f64.store (i32.const 8) (f64.const 1)))
  (func (export "f64_overwritten_by_i32") (param i32)
    (f64.store (i32.const 8) (f64.load (local.get 0)))
    (i32.store (i32.const 8) (i32.const 1))
    (i32.store (i32.const 12) (i32.const 1)))
  (func (export "f64_overwritten_later") (param i32)
    (f64.store (i32.const 8) (f64.add (f64.const 1) (f64.load (local.get 0))))
    (block (br_if 0 (i32.eqz (local.get 0))) (f64.store (i32.const 16) (f64.const 3)))
    (f64.store (i32.const 8) (f64.const 1)))
  (func (export "f64_overwritten_by_fill") (param i32)
    (f64.store (i32.const 8) (f64.add (f64.const 1) (f64.load (local.get 0))))
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 64)))
  (func $set (f64.store (i32.const 8) (f64.const 1)))
  (func (export "f64_overwritten_by_call") (param i32)
    (f64.store (i32.const 8) (f64.add (f64.const 1) (f64.load (local.get 0))))
    (call $set))
  ;; Stored where it came from.
  (func (export "f64_in_place") (param i32)
    (f64.store (local.get 0) (f64.load (local.get 0))))
  ;; A global that is set again; a function that ignores its argument.
  (func (export "f64_global") (param i32)
    (global.set $sink (f64.load (local.get 0)))
    (global.set $sink (f64.const 1)))
  (func $ignore (param f64) (result f64) (f64.const 4))
  (func (export "f64_ignored") (param i32)
    (global.set $sink (call $ignore (f64.load (local.get 0)))))
  (func $load (param i32) (result f64) (f64.load (local.get 0)))
  (func (export "f64_returned") (param i32) (drop (call $load (local.get 0))))
  ;; In a loop of which only the last value, or none, is needed. Reads 8 addresses upwards.
  (func (export "f64_loop") (param i32) (local $n i32) (local $last f64)
    (loop $again
      (local.set $last (f64.load (i32.add (local.get 0) (i32.shl (local.get $n) (i32.const 3)))))
      (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 8)))))
  (func (export "f64_loop_store") (param i32) (local $n i32)
    (loop $again
      (f64.store (i32.const 8)
        (f64.load (i32.sub (local.get 0) (i32.shl (local.get $n) (i32.const 3)))))
      (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 8)))))
  (func (export "f64_loop_last") (param i32) (result f64) (local $n i32) (local $last f64)
    (loop $again
      (local.set $last
        (f64.mul (f64.const 2)
          (f64.load (i32.sub (local.get 0) (i32.shl (local.get $n) (i32.const 3))))))
      (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 8))))
    (local.get $last)))
