;; References as parameters and results, and a place in state where a foreign one could end up:
;; builds with
;; a warning for the table, none for the global, which nothing sets.
(module
  (table $externs 2 externref)
  (global $null (mut externref) (ref.null extern))
  (func (export "pass") (param externref) (result externref) (local.get 0))
  (func (export "keep") (param i32 externref) (table.set $externs (local.get 0) (local.get 1)))
  (func (export "kept") (param i32) (result i32) (ref.is_null (table.get $externs (local.get 0))))
  (func (export "self") (result funcref) (ref.func $self_function))
  (func $self_function)
  (elem declare func $self_function)
  (func (export "null") (result externref) (global.get $null)))
