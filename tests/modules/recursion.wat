;; Deep, but finite recursion; the depth reached is state.
(module
  (global $deepest (mut i32) (i32.const 0))
  (func $down (param $left i32) (result i32)
    (if (result i32) (i32.eqz (local.get $left))
      (then (i32.const 0))
      (else (i32.add (i32.const 1) (call $down (i32.sub (local.get $left) (i32.const 1)))))))
  (func (export "down") (param i32) (result i32)
    (global.set $deepest (call $down (local.get 0)))
    (global.get $deepest))
  (func (export "deepest") (result i32) (global.get $deepest)))
