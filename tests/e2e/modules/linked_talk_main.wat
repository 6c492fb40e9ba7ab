;; Prints from its second memory, which it exports as "memory" and is the third of the program; and
;; calls the library's fd_write through a table, which prints from the library's memory.
(module
  (type $write (func (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (type $write)))
  (import "linked_talk" "talk" (func $talk))
  (import "linked_talk" "writers" (table $writers 1 funcref))
  (memory $unused 1)
  (memory $own (export "memory") 1)
  (data (memory $own) (i32.const 0) "\10\00\00\00\05\00\00\00")
  (data (memory $own) (i32.const 16) "main\0a")
  (func $own_words (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "both") (call $own_words) (call $talk) (call $own_words))
  (func (export "through_table") (result i32)
    (call_indirect $writers (type $write) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)
                            (i32.const 0)))
  (func (export "written") (result i32) (i32.load $own (i32.const 8))))
