(module (func (export "nul\00inside") (result i32) (i32.const 1)))
