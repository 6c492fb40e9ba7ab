(module
  (func (export "get") (result i32)
    (global.get $missing)))
