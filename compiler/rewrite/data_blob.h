// The data segments of a large module as one file of bytes.
//
// wasm2c writes each data segment as a C array, six characters a byte, and fills the memory with
// one call per segment. A C compiler needs 50 ns and 30 bytes of memory for each of those
// characters, and Go's linker cuts its data into tens of thousands of segments: an instantiate
// function of as many inlined copies, and as many declarations in the header every unit reads.
//
//     app_0.c                              app.data.bin   the bytes of all segments, in order
//       const u8 ..._d0[] = { 0x16, ...    app.data.c     `.incbin "app.data.bin"`
//       LOAD_DATA(..., 1024u, ..._d0, 7);  app_0.c        a table of {1024u, 7u} and a loop over it
//
// The assembler looks for the file in its working directory, then in the folders given with -I;
// that holds for gcc and clang. app.data.c is a unit of its own: it never changes a byte of
// another, and ccache does not keep a unit that has an .incbin.
//
// Invariants, which tests cite:
//   D1  The bytes at perdure_data_w2c_app + the sizes of all segments before are the segment's.
//   D2  Each segment is checked against the memory and copied in the module's order, as before.
//   D3  A size in wasm2c's text that is not the module's ends the build.
//
// Rejected: an object made by `ld -r -b binary` (symbols named by the file, no section of its own
// choice, another tool to find for a foreign target), string literals (twice to four times the
// bytes as text, of which both compilers keep several copies), and #embed (gcc has it from 15 on).
// Small modules keep wasm2c's arrays: another unit costs more than they do.
#pragma once

#include <string>
#include <string_view>

#include "compiler/frontend/module.h"
#include "perdure/status.h"

namespace perdure {

class DataBlob {
 public:
  // `prefix` is that of Wasm2cNames. Both outlive the blob.
  DataBlob(const Module& module, std::string_view prefix) : module_(module), prefix_(prefix) {}

  static bool IsWanted(const Module& module);

  std::string Bytes() const;   // app.data.bin
  std::string Source() const;  // app.data.c
  // app-impl.h without the declarations of the arrays.
  std::string RewriteHeader(std::string_view impl) const;
  // What comes before the functions, without the arrays. A failure is an internal error.
  Result<std::string> RewriteHead(std::string_view head) const;

 private:
  const Module& module_;
  const std::string_view prefix_;
};

}  // namespace perdure
