// Sets a variable of the environment while it lives.
#pragma once

#include <cstdlib>
#include <string>

namespace perdure::test {

class VariableScope {
 public:
  VariableScope(const char* name, const char* value) : name_(name) {
    const char* before = std::getenv(name);
    if (before != nullptr) before_ = before;
    setenv(name, value, 1);
  }
  ~VariableScope() {
    if (before_.empty()) {
      unsetenv(name_);
    } else {
      setenv(name_, before_.c_str(), 1);
    }
  }
  VariableScope(const VariableScope&) = delete;
  VariableScope& operator=(const VariableScope&) = delete;

 private:
  const char* const name_;
  std::string before_;
};

// Forces a way of restoring.
struct RestoreModeScope : VariableScope {
  explicit RestoreModeScope(const char* mode) : VariableScope("PERDURE_RESTORE", mode) {}
};

}  // namespace perdure::test
