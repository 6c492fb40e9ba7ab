// Diagnostics: everything the compiler has to tell a person about an input, gathered and printed
// once.
//
//     app.wasm:0x0001a3: error: table 1 of type externref cannot be persisted
//       note: in function 'render' (func 42), instruction table.set
//       help: see docs/reference/wasm-support.md#externref
//     1 error
//
// Lower case, no final full stop, names in quotes. Collection goes on where it can; printing stops
// after kDiagnosticsMax and says how many were left out. Nothing below cli/ prints. Control
// characters in any of the texts come out escaped, so a hostile name cannot forge a line or drive
// the terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perdure {

enum class Severity : uint8_t { kError, kWarning };

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string file;                // as the user named it; empty: no location
  std::optional<uint64_t> offset;  // byte offset into a binary module
  std::optional<uint32_t> line;    // 1-based, for .wat
  std::optional<uint32_t> column;  // 1-based, with line
  std::string message;
  std::vector<std::string> notes;
  std::vector<std::string> helps;
};

inline constexpr int kDiagnosticsMax = 20;

// "app.wasm:0x0001a3": a place in a binary module, for notes.
std::string PlaceText(std::string_view file, uint64_t offset);

class Diagnostics {
 public:
  // The returned reference is valid until the next Error() or Warning().
  Diagnostic& Error(std::string message);
  Diagnostic& Warning(std::string message);
  void Add(Diagnostic diagnostic);

  bool has_errors() const;
  const std::vector<Diagnostic>& all() const { return all_; }

  // The whole text, ending with a count line; colours if `color`.
  std::string Format(bool color) const;

 private:
  std::vector<Diagnostic> all_;
};

}  // namespace perdure
