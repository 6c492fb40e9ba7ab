// The features with which modules are read.
#pragma once

#include "wabt/feature.h"

namespace perdure {

// What the build can translate: all of wasm 2.0, and the proposals that wasm2c knows.
wabt::Features SupportedFeatures();

}  // namespace perdure
