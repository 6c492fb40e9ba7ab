"""A kernel in wasmtime: for each line read, runs it and prints the result."""

import sys

import wasmtime

engine = wasmtime.Engine()
store = wasmtime.Store(engine)
module = wasmtime.Module.from_file(engine, sys.argv[1])
linker = wasmtime.Linker(engine)
linker.define_wasi()
store.set_wasi(wasmtime.WasiConfig())
exports = linker.instantiate(store, module).exports(store)
if "_initialize" in exports:
    exports["_initialize"](store)
for _ in sys.stdin:
    print(exports["run"](store), flush=True)
