#include "tests/spec/pool.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace perdure::spec {

bool ForEach(size_t count, int jobs, const std::function<void(size_t)>& work) {
  void* shared = mmap(nullptr, sizeof(std::atomic<size_t>), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) std::abort();
  auto* next = new (shared) std::atomic<size_t>(0);
  std::fflush(nullptr);  // or each child would write it again
  int started = 0;
  for (; started < jobs; ++started) {
    const pid_t child = fork();
    if (child < 0) break;
    if (child > 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t i; (i = next->fetch_add(1)) < count;) work(i);
    std::fflush(nullptr);
    _exit(0);
  }
  bool all_good = started > 0;
  for (int i = 0; i < started; ++i) {
    int status = 0;
    wait(&status);
    all_good = all_good && status == 0;
  }
  munmap(shared, sizeof(std::atomic<size_t>));
  return all_good;
}

}  // namespace perdure::spec
