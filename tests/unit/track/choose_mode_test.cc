// Which mechanism is chosen, and what is said when a forced one does not work.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "tests/unit/track/tracked_memory.h"

namespace perdure {
namespace {

// Makes `number` fail with ENOSYS from now on, as an old kernel or a sandbox does.
void ForbidSystemCall(uint32_t number) {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {std::size(filter), filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    _exit(77);
  }
}

// Runs a hidden test of this executable in a process of its own: verdicts are kept per process.
void RunHidden(const char* name) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    execl("/proc/self/exe", "track_test", name, nullptr);
    _exit(9);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    WARN("no seccomp filter can be installed here: not tested");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

Result<TrackMode> Force(const char* mode) {
  setenv("PERDURE_TRACK", mode, 1);
  Result<TrackMode> result = ChooseTrackMode();
  unsetenv("PERDURE_TRACK");
  return result;
}

TEST_CASE("mode names are what the documentation says, both ways") {
  for (const char* name : {"wp-async", "wp-sync", "mprotect", "compare"}) {
    const std::optional<TrackMode> mode = ParseTrackMode(name);
    REQUIRE(mode.has_value());
    CHECK(TrackModeName(*mode) == name);
  }
  CHECK_FALSE(ParseTrackMode("soft-dirty").has_value());
  CHECK_FALSE(ParseTrackMode("").has_value());
}

TEST_CASE("the chosen mode is the first one that works") {
  const std::vector<TrackMode> working = WorkingModes();
  const Result<TrackMode> chosen = ChooseTrackMode();
  REQUIRE(chosen.ok());
  CHECK(*chosen == working.front());
  setenv("PERDURE_TRACK", "", 1);
  CHECK(*ChooseTrackMode() == working.front());
  unsetenv("PERDURE_TRACK");
}

TEST_CASE("PERDURE_TRACK forces a mode, and an unknown name is refused with the known ones") {
  CHECK(*Force("compare") == TrackMode::kCompare);
  CHECK(*Force("mprotect") == TrackMode::kMprotect);
  const Result<TrackMode> unknown = Force("dirty-log");
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.status().code() == StatusCode::kInvalidArgument);
  CHECK(
      unknown.status().message() ==
      "PERDURE_TRACK: no mode 'dirty-log'; the modes are wp-async, wp-sync, mprotect and compare");
}

TEST_CASE("without userfaultfd (hidden)", "[.][fresh-process]") {
  ForbidSystemCall(SYS_userfaultfd);
  CHECK(*ChooseTrackMode() == TrackMode::kMprotect);
  for (const char* mode : {"wp-async", "wp-sync"}) {
    const Result<TrackMode> forced = Force(mode);
    REQUIRE_FALSE(forced.ok());
    CHECK(forced.status().code() == StatusCode::kFailedPrecondition);
    CHECK(std::string(forced.status().message()) ==
          std::string("PERDURE_TRACK=") + mode +
              " does not work here (unset it to have a mode chosen): userfaultfd: " +
              std::strerror(ENOSYS));
  }
}

TEST_CASE("a system without userfaultfd gets mprotect, and forcing what it lacks says why") {
  RunHidden("without userfaultfd (hidden)");
}

}  // namespace
}  // namespace perdure
