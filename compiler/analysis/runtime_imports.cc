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
    {kWasi, "fd_advise", "iIIi", "i"},
    {kWasi, "fd_allocate", "iII", "i"},
    {kWasi, "fd_close", "i", "i"},
    {kWasi, "fd_datasync", "i", "i"},
    {kWasi, "fd_fdstat_get", "ii", "i"},
    {kWasi, "fd_fdstat_set_flags", "ii", "i"},
    {kWasi, "fd_fdstat_set_rights", "iII", "i"},
    {kWasi, "fd_filestat_get", "ii", "i"},
    {kWasi, "fd_filestat_set_size", "iI", "i"},
    {kWasi, "fd_filestat_set_times", "iIIi", "i"},
    {kWasi, "fd_pread", "iiiIi", "i"},
    {kWasi, "fd_prestat_dir_name", "iii", "i"},
    {kWasi, "fd_prestat_get", "ii", "i"},
    {kWasi, "fd_pwrite", "iiiIi", "i"},
    {kWasi, "fd_read", "iiii", "i", kMayBlock},
    {kWasi, "fd_readdir", "iiiIi", "i"},
    {kWasi, "fd_renumber", "ii", "i"},
    {kWasi, "fd_seek", "iIii", "i"},
    {kWasi, "fd_sync", "i", "i"},
    {kWasi, "fd_tell", "ii", "i"},
    {kWasi, "fd_write", "iiii", "i", kMayBlock},
    {kWasi, "path_create_directory", "iii", "i"},
    {kWasi, "path_filestat_get", "iiiii", "i"},
    {kWasi, "path_filestat_set_times", "iiiiIIi", "i"},
    {kWasi, "path_link", "iiiiiii", "i"},
    {kWasi, "path_open", "iiiiiIIii", "i"},
    {kWasi, "path_readlink", "iiiiii", "i"},
    {kWasi, "path_remove_directory", "iii", "i"},
    {kWasi, "path_rename", "iiiiii", "i"},
    {kWasi, "path_symlink", "iiiii", "i"},
    {kWasi, "path_unlink_file", "iii", "i"},
    {kWasi, "poll_oneoff", "iiii", "i", kMayBlock},
    {kWasi, "proc_exit", "i", ""},
    {kWasi, "proc_raise", "i", "i"},
    {kWasi, "random_get", "ii", "i"},
    {kWasi, "sched_yield", "", "i", kMayBlock},
    {kWasi, "sock_accept", "iii", "i", kMayBlock},
    {kWasi, "sock_recv", "iiiiii", "i", kMayBlock},
    {kWasi, "sock_send", "iiiii", "i", kMayBlock},
    {kWasi, "sock_shutdown", "ii", "i"},
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
