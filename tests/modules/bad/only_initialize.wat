;; A reactor without anything to call after its initialization.
(module (func (export "_initialize")))
