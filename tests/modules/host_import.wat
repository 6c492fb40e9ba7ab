;; Imports functions that a host library supplies, one of them twice, one with two results.
(module
  (import "host" "next" (func $next (param i32) (result i32)))
  (import "host" "divide" (func $divide (param i64 i64) (result i64 i64)))
  (import "host" "next" (func $next_again (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $last (mut i32) (i32.const 0))
  (func (export "advance") (result i32)
    (global.set $last (call $next_again (call $next (global.get $last))))
    (global.get $last))
  (func (export "divide") (param i64 i64) (result i64 i64)
    (call $divide (local.get 0) (local.get 1)))
  (func (export "last") (result i32) (global.get $last)))
