#include "compiler/frontend/supported_features.h"

namespace perdure {

wabt::Features SupportedFeatures() {
  wabt::Features features;  // its defaults are wasm 2.0
  features.enable_exceptions();
  features.enable_threads();
  features.enable_tail_call();
  features.enable_memory64();
  features.enable_multi_memory();
  features.enable_extended_const();
  return features;
}

}  // namespace perdure
