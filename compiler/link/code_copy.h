// Copying instructions from one module into another, where everything has another index.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/link/wasm_reader.h"

namespace perdure {

// Index spaces whose members move when modules are merged. The first five have the values of
// ExternalKind.
enum class Space : uint8_t {
  kFunction = 0,
  kTable = 1,
  kMemory = 2,
  kGlobal = 3,
  kTag = 4,
  kType,
  kElem,
  kData,
};
inline constexpr size_t kSpaceCount = 8;

// Of one module: the new index of each member of each space.
class IndexMap {
 public:
  std::vector<uint32_t>& operator[](Space space) { return maps_[static_cast<size_t>(space)]; }
  const std::vector<uint32_t>& operator[](Space space) const {
    return maps_[static_cast<size_t>(space)];
  }

 private:
  std::array<std::vector<uint32_t>, kSpaceCount> maps_;
};

// Initial values of the globals whose value is to stand in place of a `global.get` in a constant
// expression, by old index; empty: the instruction stays. Without the final `end`.
using GlobalValues = std::vector<std::string>;

// Appends an expression to *out up to and with the `end` that closes it, every index mapped. With
// `values` it is a constant expression. False if there is an instruction that this compiler does
// not know, or an index that is not mapped.
bool CopyExpression(WasmReader* reader, const IndexMap& map, const GlobalValues* values,
                    std::string* out);

// The same for a function body: its local variables, then the expression.
bool CopyBody(WasmReader* reader, const IndexMap& map, std::string* out);

}  // namespace perdure
