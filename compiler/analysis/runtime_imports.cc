#include "compiler/analysis/runtime_imports.h"

#include <algorithm>
#include <array>

namespace perdure {
namespace {

constexpr std::string_view kWasi = "wasi_snapshot_preview1";

constexpr bool kMayBlock = true;

constexpr auto kRuntimeImports = std::to_array<RuntimeImport>({
    {"env", "abort", "iiii", ""},  // AssemblyScript
    {kWasi, "args_get", "ii", "i"},
    {kWasi, "args_sizes_get", "ii", "i"},
    {kWasi, "clock_res_get", "ii", "i"},
    {kWasi, "clock_time_get", "iIi", "i"},
    {kWasi, "environ_get", "ii", "i"},
    {kWasi, "environ_sizes_get", "ii", "i"},
    {kWasi, "fd_close", "i", "i"},
    {kWasi, "fd_fdstat_get", "ii", "i"},
    {kWasi, "fd_fdstat_set_flags", "ii", "i"},
    {kWasi, "fd_prestat_dir_name", "iii", "i"},
    {kWasi, "fd_prestat_get", "ii", "i"},
    {kWasi, "fd_read", "iiii", "i", kMayBlock},
    {kWasi, "fd_seek", "iIii", "i"},
    {kWasi, "fd_write", "iiii", "i", kMayBlock},
    {kWasi, "proc_exit", "i", ""},
    {kWasi, "random_get", "ii", "i"},
    {kWasi, "sched_yield", "", "i", kMayBlock},
});

std::vector<ValueType> Types(std::string_view letters) {
  std::vector<ValueType> types;
  for (const char letter : letters)
    types.push_back(letter == 'I' ? ValueType::kI64 : ValueType::kI32);
  return types;
}

}  // namespace

std::span<const RuntimeImport> RuntimeImports() { return kRuntimeImports; }

const RuntimeImport* FindRuntimeImport(std::string_view module, std::string_view field) {
  const auto found = std::find_if(kRuntimeImports.begin(), kRuntimeImports.end(),
                                  [&](const RuntimeImport& import) {
                                    return import.module == module && import.field == field;
                                  });
  return found == kRuntimeImports.end() ? nullptr : &*found;
}

FuncType RuntimeImportType(const RuntimeImport& import) {
  return FuncType{Types(import.params), Types(import.results)};
}

}  // namespace perdure
