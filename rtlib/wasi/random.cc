// random_get: ChaCha20, keyed by the system when the guest first asks.
//
// Key and position are state, so an event that is delivered again (its commit was lost) sees the
// same bytes, and what it does is the same. The price: whoever can read the state can predict them,
// and two copies of a state go on with the same ones. Rejected: bytes from the system for each
// call, which would make every replay another history.
#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/chacha20.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/host_table.h"

namespace perdure::wasi {
namespace {

// False, with errno, if the system has no random bytes.
bool DrawKey(RandomRecord* random) {
  size_t done = 0;
  while (done < random->key.size()) {
    const ssize_t count = getrandom(random->key.data() + done, random->key.size() - done, 0);
    if (count > 0) {
      done += static_cast<size_t>(count);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

// Each call begins a block of its own; what is left of its last one is never given out.
void Fill(RandomRecord* random, uint8_t* bytes, size_t length) {
  for (size_t done = 0; done < length; done += kChaCha20BlockBytes) {
    uint8_t nonce[12] = {};
    const auto high = static_cast<uint32_t>(random->next_block >> 32);
    std::memcpy(nonce, &high, sizeof high);
    uint8_t block[kChaCha20BlockBytes];
    ChaCha20Block(random->key, static_cast<uint32_t>(random->next_block), nonce, block);
    ++random->next_block;
    std::memcpy(bytes + done, block, std::min(length - done, kChaCha20BlockBytes));
  }
}

Errno GetRandom(perdure_host* host, uint32_t buf, uint32_t buf_len) {
  auto* bytes = static_cast<uint8_t*>(View(host, buf, buf_len, PERDURE_WRITE));
  if (bytes == nullptr) return Errno::kFault;
  HostTable& table = *host->live_table;
  if (!table.record().random.has_value()) {
    RandomRecord random;
    table.ReachOutside();
    if (!DrawKey(&random)) return ErrnoFromSystem(errno);
    table.Change().random = random;
  }
  Fill(&*table.Change().random, bytes, buf_len);
  return Errno::kSuccess;
}

}  // namespace
}  // namespace perdure::wasi

uint32_t PERDURE_WASI(random_get)(perdure_host* host, uint32_t buf, uint32_t buf_len) {
  return Number(perdure::wasi::GetRandom(host, buf, buf_len));
}
