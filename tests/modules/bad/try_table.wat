(module
  (tag $number (param i32))
  (func (export "get") (result i32)
    (block $caught (result i32)
      (try_table (catch $number $caught) (throw $number (i32.const 1)))
      (i32.const 0))))
