#include "compiler/frontend/omissions.h"

#include "rtlib/base/text.h"

namespace perdure {

Problem CheckOffset(const Module& module, uint32_t memory, uint64_t offset) {
  if (offset <= UINT32_MAX || memory >= module.memories.size() || module.memories[memory].is64) {
    return std::nullopt;
  }
  return "offset of a 32-bit memory above 0xffffffff";
}

Problem CheckCallTable(const Module& module, uint32_t table) {
  if (table >= module.tables.size() || module.tables[table].type == ValueType::kFuncref) {
    return std::nullopt;
  }
  return StrCat("type mismatch: call_indirect through table ", table,
                " of type externref, expected funcref");
}

Problem CheckDataCount(const std::optional<uint32_t>& data_count) {
  if (data_count) return std::nullopt;
  return "data count section required";
}

Problem CheckDataSegments(const Module& module, const std::optional<uint32_t>& data_count) {
  if (!data_count || *data_count == module.data.size()) return std::nullopt;
  return StrCat("data count and data section have inconsistent lengths: ", *data_count, " and ",
                module.data.size());
}

}  // namespace perdure
