;; What `perdure doctor` builds and runs: a sum that outlives its process.
(module
  (memory 1)
  (func (export "add") (param $term i32) (result i32)
    (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (local.get $term)))
    (i32.load (i32.const 8))))
