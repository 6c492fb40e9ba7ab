#include "rtlib/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace perdure::internal {

void CheckFailed(const char* file, int line, const char* condition, const char* message) {
  std::fprintf(stderr, "perdure: internal error: %s (%s) at %s:%d; please report this\n", message,
               condition, file, line);
  std::abort();
}

}  // namespace perdure::internal
