// MarkFile: PATH-out, a few bytes beside a state that are overwritten in place (Store::PutMark).
//
// A write of so few bytes within one page is whole or not there for whoever opens the file after
// this process has died. What it holds after a power failure is anything; its owner checks it.
//
// Threads: confined to the thread of the store.
#pragma once

#include <string>
#include <string_view>

#include "perdure/status.h"

namespace perdure {

class MarkFile {
 public:
  MarkFile() = default;
  ~MarkFile();
  MarkFile(const MarkFile&) = delete;
  MarkFile& operator=(const MarkFile&) = delete;

  // `state` is the path of the state's file, for its place and its permissions; `shown` is what
  // messages call it.
  Status Put(const std::string& state, const std::string& shown, std::string_view mark);
  Result<std::string> Read(const std::string& state, const std::string& shown) const;
  Status Drop(const std::string& state, const std::string& shown);

 private:
  int fd_ = -1;
};

}  // namespace perdure
