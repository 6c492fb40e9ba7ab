#include "compiler/frontend/wabt_version.h"

#include <wabt/config.h>

namespace perdure {

const char* WabtVersion() { return WABT_VERSION_STRING; }

}  // namespace perdure
