;; A command: it runs from _start to its end instead of being called.
(module
  (memory (export "memory") 1)
  (func (export "_start")))
