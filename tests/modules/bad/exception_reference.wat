;; A command whose exceptions carry references: they could not be saved with its call stack.
(module
  (tag $plain (param i32))
  (tag $function (param i32 funcref))
  (tag $object (param externref externref))
  (func (export "_start") (throw $plain (i32.const 1))))
