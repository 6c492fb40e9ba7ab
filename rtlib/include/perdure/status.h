// Status and Result<T>: how every fallible function in this project reports.
//
// A Status is OK or carries a code and one sentence for a person. The code decides the exit status
// (docs/reference/exit-codes.md); the sentence names the thing that failed and, where there is one,
// the way out. Nothing in rtlib/ throws: generated code unwinds traps with longjmp, and an
// exception or a pending destructor on those frames would be undefined behaviour.
//
// Ownership: a Status owns its message. Threads: value type, no sharing.
#pragma once

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace perdure {

enum class StatusCode : unsigned char {
  kOk = 0,
  kInvalidArgument,     // the caller's mistake; the message says which argument
  kNotFound,            // no such file, event, export
  kLocked,              // another process owns the state; the message names its pid
  kIncompatible,        // the state was written by another module or a newer format
  kCorrupt,             // a hash, a size or an invariant of something read back did not hold
  kIo,                  // the system said no; the message has strerror()
  kResourceExhausted,   // memory or disk ran out
  kFailedPrecondition,  // the object is closed, poisoned, or already in use
  kTrapped,             // generated classes only: the call trapped; its event was rolled back
  kExited,              // generated classes only: the guest ended itself; its event is committed
};

class [[nodiscard]] Status {
 public:
  Status() = default;  // OK
  Status(StatusCode code, std::string message)
      : rep_(std::make_unique<Rep>(Rep{code, std::move(message)})) {}
  Status(const Status& other) { *this = other; }
  Status& operator=(const Status& other) {
    rep_ = other.rep_ ? std::make_unique<Rep>(*other.rep_) : nullptr;
    return *this;
  }
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  ~Status() = default;

  bool ok() const { return rep_ == nullptr; }
  StatusCode code() const { return rep_ ? rep_->code : StatusCode::kOk; }
  std::string_view message() const {
    return rep_ ? std::string_view(rep_->message) : std::string_view();
  }

  // The same failure, with what was being attempted in front: "opening 'a.db': disk I/O error".
  Status WithContext(std::string_view doing) && {
    if (rep_) rep_->message.insert(0, std::string(doing) + ": ");
    return std::move(*this);
  }

 private:
  struct Rep {
    StatusCode code;
    std::string message;
  };
  std::unique_ptr<Rep> rep_;
};

inline Status OkStatus() { return Status(); }

// A T or the Status that explains why there is none. Dereferencing a failed Result aborts.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(const T& value) : value_(value) {}             // NOLINT(google-explicit-constructor)
  Result(T&& value) : value_(std::move(value)) {}       // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(std::move(status)) {  // NOLINT(google-explicit-constructor)
    if (status_.ok()) std::abort();
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  Status TakeStatus() && { return std::move(status_); }

  T& value() & { return Checked(); }
  const T& value() const& { return const_cast<Result*>(this)->Checked(); }
  T&& value() && { return std::move(Checked()); }
  T& operator*() & { return Checked(); }
  T&& operator*() && { return std::move(Checked()); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &Checked(); }
  const T* operator->() const { return &value(); }

 private:
  T& Checked() {
    if (!value_.has_value()) std::abort();
    return *value_;
  }
  Status status_;
  std::optional<T> value_;
};

}  // namespace perdure

// Evaluates a Status expression and returns it from the enclosing function unless it is OK.
#define PERDURE_TRY(expr)                                      \
  do {                                                         \
    ::perdure::Status perdure_try_status_ = (expr);            \
    if (!perdure_try_status_.ok()) return perdure_try_status_; \
  } while (0)

// Declares `lhs` from a Result expression, or returns the Result's Status.
#define PERDURE_ASSIGN_OR_RETURN(lhs, expr) \
  PERDURE_ASSIGN_OR_RETURN_IMPL_(PERDURE_CONCAT_(perdure_result_, __LINE__), lhs, expr)
#define PERDURE_ASSIGN_OR_RETURN_IMPL_(result, lhs, expr)  \
  auto result = (expr);                                    \
  if (!result.ok()) return std::move(result).TakeStatus(); \
  lhs = *std::move(result)
#define PERDURE_CONCAT_(a, b) PERDURE_CONCAT_IMPL_(a, b)
#define PERDURE_CONCAT_IMPL_(a, b) a##b
