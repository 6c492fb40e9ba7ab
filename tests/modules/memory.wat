;; One memory: loads and stores of every width, growth to a declared maximum, bulk instructions.
(module
  (memory $memory (export "memory") 1 5)
  (data (i32.const 16) "initial data")
  (func (export "store8") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "load8") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store16") (param i32 i32) (i32.store16 (local.get 0) (local.get 1)))
  (func (export "load16") (param i32) (result i32) (i32.load16_s (local.get 0)))
  (func (export "store32") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "load32") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "store64") (param i32 i64) (i64.store (local.get 0) (local.get 1)))
  (func (export "load64") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "storef64") (param i32 f64) (f64.store (local.get 0) (local.get 1)))
  (func (export "loadf64") (param i32) (result f64) (f64.load (local.get 0)))
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  ;; Touches a word in each of `count` places `stride` bytes apart.
  (func (export "scatter") (param $start i32) (param $stride i32) (param $count i32)
    (loop $next
      (if (local.get $count)
        (then
          (i32.store (local.get $start) (i32.add (i32.load (local.get $start)) (local.get $count)))
          (local.set $start (i32.add (local.get $start) (local.get $stride)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $next)))))
  ;; FNV-1a over a range, to compare whole states by one number.
  (func (export "digest") (param $start i32) (param $length i32) (result i64)
    (local $hash i64)
    (local.set $hash (i64.const 0xcbf29ce484222325))
    (loop $next
      (if (local.get $length)
        (then
          (local.set $hash
            (i64.mul (i64.xor (local.get $hash) (i64.load8_u (local.get $start)))
                     (i64.const 0x100000001b3)))
          (local.set $start (i32.add (local.get $start) (i32.const 1)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $next))))
    (local.get $hash)))
