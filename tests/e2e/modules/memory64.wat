;; A memory with 64-bit addresses.
(module
  (memory i64 1 100)
  (func (export "store") (param $address i64) (param $value i64)
    (i64.store (local.get $address) (local.get $value)))
  (func (export "load") (param $address i64) (result i64) (i64.load (local.get $address)))
  (func (export "grow") (param $pages i64) (result i64) (memory.grow (local.get $pages)))
  (func (export "fill") (param $to i64) (param $byte i32) (param $count i64)
    (memory.fill (local.get $to) (local.get $byte) (local.get $count))))
