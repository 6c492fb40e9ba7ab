;; Accounts, in a memory of this module's own. Every movement goes into the journal of journal.wat
;; first; one that overdraws an account traps, and then neither module has seen it.
(module
  (import "journal" "append" (func $append (param i64)))
  (import "journal" "entries" (memory $entries 1))
  (import "journal" "count" (global $count (mut i32)))
  (memory $accounts 1)

  (func $change (param $account i32) (param $amount i64)
    (local $at i32) (local $balance i64)
    (local.set $at (i32.mul (local.get $account) (i32.const 8)))
    (call $append (local.get $amount))
    (local.set $balance
      (i64.add (i64.load $accounts (local.get $at)) (local.get $amount)))
    (if (i64.lt_s (local.get $balance) (i64.const 0)) (then (unreachable)))
    (i64.store $accounts (local.get $at) (local.get $balance)))

  (func (export "deposit") (param $account i32) (param $amount i64)
    (call $change (local.get $account) (local.get $amount)))
  (func (export "transfer") (param $from i32) (param $to i32) (param $amount i64)
    (call $change (local.get $to) (local.get $amount))
    (call $change (local.get $from) (i64.sub (i64.const 0) (local.get $amount))))
  (func (export "balance") (param $account i32) (result i64)
    (i64.load $accounts (i32.mul (local.get $account) (i32.const 8))))

  (func (export "movements") (result i32) (global.get $count))
  ;; The sum of the journal, read from the other module's memory.
  (func (export "total") (result i64)
    (local $at i32) (local $sum i64)
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $at) (i32.mul (global.get $count) (i32.const 8))))
      (local.set $sum (i64.add (local.get $sum) (i64.load $entries (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br $next)))
    (local.get $sum)))
