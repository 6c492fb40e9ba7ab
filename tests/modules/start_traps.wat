;; Its first event traps, so there never is a state.
(module
  (func $start (unreachable))
  (start $start)
  (func (export "get") (result i32) (i32.const 1)))
