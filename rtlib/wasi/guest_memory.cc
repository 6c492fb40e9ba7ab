#include "rtlib/wasi/guest_memory.h"

#include <cstring>

#include "rtlib/abi/host_context.h"

namespace perdure::wasi {

uint32_t MemoryIndex(const perdure_host* host) {
  if (const perdure_module* module = abi::CallingModule(*host)) return module->exported_memory;
  const perdure_program& program = *host->program;
  if (program.memory_count < 2) return 0;
  for (uint32_t i = 0; i < program.export_count; ++i) {
    const perdure_export& item = program.exports[i];
    if (item.kind == PERDURE_MEMORY && std::strcmp(item.name, "memory") == 0) return item.index;
  }
  return 0;
}

}  // namespace perdure::wasi
