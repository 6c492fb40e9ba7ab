#include "compiler/frontend/deep_stack.h"

#include <pthread.h>

#include <algorithm>
#include <cctype>

namespace perdure {
namespace {

constexpr size_t kStackBase = size_t{8} << 20;
// Measured with Debian's libwabt 1.0.32: 5,000 levels need 800 bytes each as folded blocks, 700 as
// plain blocks or folded operands. The rest is room for other builds; with AddressSanitizer frames
// are several times as large.
constexpr size_t kStackPerLevel = size_t{8} << 10;

bool IsWordCharacter(char c) {
  return c > ' ' && c < 0x7f && c != '(' && c != ')' && c != '"' && c != ';';
}

// A cursor over the tokens of the text format, as far as nesting needs them.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  size_t Run() {
    while (position_ < text_.size()) Step();
    return deepest_;
  }

 private:
  bool At(std::string_view token) const { return text_.substr(position_, token.size()) == token; }

  void Step() {
    if (At(";;")) {
      position_ = std::min(text_.find('\n', position_), text_.size());
    } else if (At("(;")) {
      SkipBlockComment();
    } else if (At("\"")) {
      SkipString();
    } else if (At("(")) {
      ++parentheses_;
      ++position_;
      after_parenthesis_ = true;
      deepest_ = std::max(deepest_, parentheses_ + blocks_);
    } else if (At(")")) {
      parentheses_ -= std::min<size_t>(parentheses_, 1);
      ++position_;
      after_parenthesis_ = false;
    } else if (IsWordCharacter(text_[position_])) {
      Word();
    } else {
      ++position_;
    }
  }

  void SkipBlockComment() {
    size_t open = 0;
    while (position_ < text_.size()) {
      if (At("(;")) {
        ++open;
        position_ += 2;
      } else if (At(";)")) {
        position_ += 2;
        if (--open == 0) return;
      } else {
        ++position_;
      }
    }
  }

  void SkipString() {
    ++position_;
    while (position_ < text_.size() && text_[position_] != '"')
      position_ += text_[position_] == '\\' ? 2 : 1;
    ++position_;
  }

  void Word() {
    const size_t begin = position_;
    while (position_ < text_.size() && IsWordCharacter(text_[position_])) ++position_;
    const std::string_view word = text_.substr(begin, position_ - begin);
    const bool folded = after_parenthesis_;
    after_parenthesis_ = false;
    if (folded) return;  // counted by its parenthesis, and has no `end`
    if (word == "block" || word == "loop" || word == "if" || word == "try") {
      ++blocks_;
      deepest_ = std::max(deepest_, parentheses_ + blocks_);
    } else if (word == "end" || word == "delegate") {
      blocks_ -= std::min<size_t>(blocks_, 1);
    }
  }

  const std::string_view text_;
  size_t position_ = 0;
  size_t parentheses_ = 0;
  size_t blocks_ = 0;
  size_t deepest_ = 0;
  bool after_parenthesis_ = false;
};

void* RunWork(void* work) {
  (*static_cast<const std::function<void()>*>(work))();
  return nullptr;
}

}  // namespace

size_t TextNesting(std::string_view text) { return Scanner(text).Run(); }

bool RunOnDeepStack(size_t levels, const std::function<void()>& work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBase + levels * kStackPerLevel);
  pthread_t thread;
  const int error =
      pthread_create(&thread, &attributes, RunWork, const_cast<std::function<void()>*>(&work));
  pthread_attr_destroy(&attributes);
  if (error != 0) return false;
  pthread_join(thread, nullptr);
  return true;
}

}  // namespace perdure
