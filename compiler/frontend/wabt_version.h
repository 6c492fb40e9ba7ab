// Which libwabt reads modules: versions disagree about a few of them.
#pragma once

namespace perdure {

// "1.0.32".
const char* WabtVersion();

}  // namespace perdure
