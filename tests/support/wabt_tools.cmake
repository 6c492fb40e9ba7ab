# The wabt programs the tests run. They must be of the version whose code the runtime supports, and
# Debian 12's own package is older: the copies `./dev setup` puts beside the compiler come first.
#
# Sets PERDURE_TEST_WASM2C, PERDURE_TEST_WAT2WASM, PERDURE_TEST_WASM2WAT, PERDURE_TEST_WAST2JSON and
# PERDURE_TEST_WASM_OBJDUMP (...-NOTFOUND if absent). They are looked for each time: a build
# directory that was configured before its copies were there would keep the older ones.
foreach(tool IN ITEMS wasm2c wat2wasm wasm2wat wast2json wasm-objdump)
  string(TOUPPER ${tool} upper)
  string(REPLACE - _ upper ${upper})
  find_program(PERDURE_TEST_${upper} ${tool} NO_CACHE HINTS ${PROJECT_BINARY_DIR}/libexec/perdure)
endforeach()
