#include "rtlib/wasi/errno.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <set>

namespace perdure::wasi {
namespace {

TEST_CASE("every errno of preview1 but notcapable comes from one of the system's") {
  std::set<uint32_t> seen;
  for (int error = 1; error < 200; ++error) seen.insert(Number(ErrnoFromSystem(error)));
  for (uint32_t number = 1; number < Number(Errno::kNotcapable); ++number) {
    INFO(number);
    CHECK(seen.contains(number));
  }
  CHECK(seen.size() == 75);
}

TEST_CASE("the numbers are those of the specification") {
  CHECK(ErrnoFromSystem(E2BIG) == Errno{1});
  CHECK(ErrnoFromSystem(EAGAIN) == Errno{6});
  CHECK(ErrnoFromSystem(EBADF) == Errno{8});
  CHECK(ErrnoFromSystem(EEXIST) == Errno{20});
  CHECK(ErrnoFromSystem(EINVAL) == Errno{28});
  CHECK(ErrnoFromSystem(EISDIR) == Errno{31});
  CHECK(ErrnoFromSystem(ENOENT) == Errno{44});
  CHECK(ErrnoFromSystem(ENOSYS) == Errno{52});
  CHECK(ErrnoFromSystem(ENOTDIR) == Errno{54});
  CHECK(ErrnoFromSystem(ENOTEMPTY) == Errno{55});
  CHECK(ErrnoFromSystem(ENOTSUP) == Errno{58});
  CHECK(ErrnoFromSystem(EPERM) == Errno{63});
  CHECK(ErrnoFromSystem(ESPIPE) == Errno{70});
  CHECK(ErrnoFromSystem(ESTALE) == Errno{72});
  CHECK(ErrnoFromSystem(EXDEV) == Errno{75});
  CHECK(Number(Errno::kNotcapable) == 76);
}

TEST_CASE("a system error without a name in preview1 is io") {
  CHECK(ErrnoFromSystem(EUCLEAN) == Errno::kIo);
  CHECK(ErrnoFromSystem(0) == Errno::kIo);
}

}  // namespace
}  // namespace perdure::wasi
