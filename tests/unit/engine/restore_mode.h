// Forces a way of restoring while it lives.
#pragma once

#include <cstdlib>
#include <string>

namespace perdure::test {

class RestoreModeScope {
 public:
  explicit RestoreModeScope(const char* mode) {
    const char* before = std::getenv(kName);
    if (before != nullptr) before_ = before;
    setenv(kName, mode, 1);
  }
  ~RestoreModeScope() {
    if (before_.empty()) {
      unsetenv(kName);
    } else {
      setenv(kName, before_.c_str(), 1);
    }
  }
  RestoreModeScope(const RestoreModeScope&) = delete;
  RestoreModeScope& operator=(const RestoreModeScope&) = delete;

 private:
  static constexpr const char* kName = "PERDURE_RESTORE";
  std::string before_;
};

}  // namespace perdure::test
