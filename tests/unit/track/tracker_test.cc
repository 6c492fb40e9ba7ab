// Every mode of tracking, against a model. Invariants (n) are those of the file of the mode.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "perdure/host.h"
#include "rtlib/abi/guest_call.h"
#include "rtlib/abi/host_context.h"
#include "tests/unit/track/tracked_memory.h"

namespace perdure {
namespace {

using Chunks = std::set<uint64_t>;

// Modes that report the written chunks and no others.
bool IsExact(TrackMode mode) { return mode != TrackMode::kCompare; }

template <typename Test>
void InEveryMode(Test test) {
  for (const TrackMode mode : WorkingModes()) {
    INFO("mode " << TrackModeName(mode));
    test(mode);
  }
}

TEST_CASE("every mechanism of this project works on the machine that tests it") {
  CHECK(WorkingModes().size() >= 2);  // mprotect and compare exist everywhere
}

TEST_CASE("written chunks are reported, once, and chunks left alone are not") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory memory(mode, 16, 32);
    for (uint64_t chunk = 0; chunk < 64; ++chunk) memory.WriteChunk(chunk);
    memory.Arm();
    CHECK((!IsExact(mode) || memory.Collect().empty()));
    memory.WriteChunk(3);
    memory.WriteChunk(4);
    memory.WriteChunk(63);
    const Chunks first = memory.Collect();
    if (IsExact(mode)) CHECK(first == Chunks{3, 4, 63});
    CHECK((!IsExact(mode) || memory.Collect().empty()));
    memory.WriteChunk(4);
    const Chunks second = memory.Collect();
    if (IsExact(mode)) CHECK(second == Chunks{4});
    CHECK(memory.Read(3 * kChunkBytes + 3) == 1);
  });
}

TEST_CASE("what was looked at is still there to be collected, and writing to it is no news") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory memory(mode, 16, 32);
    for (uint64_t chunk = 0; chunk < 64; ++chunk) memory.WriteChunk(chunk);
    memory.Arm();
    memory.WriteChunk(5);
    memory.WriteChunk(63);
    const Chunks seen = memory.Peek();
    if (IsExact(mode)) CHECK(seen == Chunks{5, 63});
    memory.WriteChunk(5);  // as a rollback does
    memory.WriteChunk(9);
    const Chunks again = memory.Peek();
    if (IsExact(mode)) CHECK(again == Chunks{5, 9, 63});
    const Chunks collected = memory.Collect();
    if (IsExact(mode)) CHECK(collected == Chunks{5, 9, 63});
    CHECK((!IsExact(mode) || memory.Collect().empty()));
  });
}

TEST_CASE("of memory that was grown only what was touched is reported (6)") {
  InEveryMode([](TrackMode mode) {
    if (!IsExact(mode)) return;
    TrackedMemory memory(mode, 4, 65536);
    memory.Arm();
    memory.Resize(40000);
    memory.WriteChunk(3);
    memory.WriteChunk(100);
    memory.WriteChunk(500000);
    // Only wp-async can tell that nobody wrote here.
    memory.Read(uint64_t{400000} * kChunkBytes);
    const Chunks written = {3, 100, 500000}, touched = {3, 100, 400000, 500000};
    const Chunks expected = mode == TrackMode::kWpAsync ? written : touched;
    CHECK(memory.Peek() == expected);
    CHECK(memory.Collect() == expected);
    CHECK(memory.Collect().empty());
    memory.WriteChunk(101);
    memory.WriteChunk(400000);
    CHECK(memory.Collect() == Chunks{101, 400000});
    CHECK(memory.Collect().empty());
  });
}

TEST_CASE("a memory that ends within a block goes on in it (6)") {
  InEveryMode([](TrackMode mode) {
    if (!IsExact(mode)) return;
    TrackedMemory memory(mode, 4, 4096);
    memory.WriteChunk(3);
    memory.Arm();
    memory.WriteChunk(5);
    CHECK(memory.Collect() == Chunks{5});
    memory.Resize(8);
    memory.WriteChunk(100);
    CHECK(memory.Peek() == Chunks{100});
    CHECK(memory.Collect() == Chunks{100});
    memory.Resize(80);
    memory.WriteChunk(101);
    memory.WriteChunk(1000);
    CHECK(memory.Collect() == Chunks{101, 1000});
    CHECK(memory.Collect().empty());
  });
}

TEST_CASE("memory that is grown, given up and grown again in one event has nothing old in it (6)") {
  InEveryMode([](TrackMode mode) {
    if (!IsExact(mode)) return;
    TrackedMemory memory(mode, 4, 65536);
    memory.Arm();
    memory.Resize(20000);
    memory.WriteChunk(70);
    memory.WriteChunk(200000);
    CHECK(memory.Peek() == Chunks{70, 200000});
    memory.Resize(4);  // as a rollback does
    CHECK(memory.Collect().empty());
    memory.Resize(20000);
    memory.WriteChunk(300000);
    CHECK(memory.Collect() == Chunks{300000});
  });
}

TEST_CASE("random writes, growth and shrinking agree with a model in every mode") {
  InEveryMode([](TrackMode mode) {
    std::mt19937_64 random(20240607);
    TrackedMemory memory(mode, 8, 200);
    memory.Arm();
    for (int event = 0; event < 300; ++event) {
      const uint64_t writes = random() % 5 == 0 ? random() % 400 : random() % 10;
      for (uint64_t i = 0; i < writes; ++i) {
        memory.Write(random() % memory.memory().size, static_cast<uint8_t>(random()));
        if (random() % 50 == 0 && memory.memory().pages < 200) {
          memory.Resize(memory.memory().pages + 1 + random() % (200 - memory.memory().pages));
        }
        if (random() % 4 == 0) memory.Read(random() % memory.memory().size);
      }
      if (random() % 3 == 0) memory.Peek();
      if (random() % 15 == 0) memory.Resize(1 + random() % memory.memory().pages);
      memory.Collect();
      if (random() % 10 == 0) memory.Resize(1 + random() % memory.memory().pages);
      if (random() % 20 == 0) memory.Arm();
    }
  });
}

TEST_CASE("chunks never touched before are seen at their first write") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory memory(mode, 1024, 1024);
    memory.Arm();
    memory.Write(0);
    memory.Write(memory.memory().size - 1);
    memory.Write(memory.memory().size / 2);
    const Chunks dirty = memory.Collect();
    if (IsExact(mode)) CHECK(dirty.size() == 3);
  });
}

TEST_CASE("reading a chunk first does not hide a later write") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory memory(mode, 4, 4);
    memory.Arm();
    for (uint64_t chunk = 0; chunk < 64; ++chunk) memory.Read(chunk * kChunkBytes);
    const Chunks none = memory.Collect();
    if (IsExact(mode)) CHECK(none.empty());
    for (uint64_t chunk = 0; chunk < 64; chunk += 2) memory.WriteChunk(chunk);
    memory.Collect();
    for (uint64_t chunk = 1; chunk < 64; chunk += 2) memory.WriteChunk(chunk);
    memory.Collect();
  });
}

TEST_CASE("thousands of separate ranges are all reported, each once (3)") {
  InEveryMode([](TrackMode mode) {
    // Around the 512 regions of the kernel's batch, and the 4096 and 65536 of ours.
    TrackedMemory memory(mode, 1200, 1200);
    memory.Arm();
    for (const uint64_t ranges : {511u, 512u, 513u, 1024u, 4095u, 4096u, 4097u, 8192u, 9000u}) {
      for (uint64_t i = 0; i < ranges; ++i) memory.WriteChunk(2 * i + 1);
      const Chunks dirty = memory.Collect();
      if (IsExact(mode)) {
        CHECK(memory.ranges() == ranges);
        CHECK(dirty.size() == ranges);
      }
      const Chunks again = memory.Collect();
      if (IsExact(mode)) CHECK(again.empty());
    }
  });
}

TEST_CASE("memory grown during an event is tracked from its first byte") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory memory(mode, 1, 100);
    memory.Arm();
    memory.Resize(3);
    memory.Write(2 * abi::kWasmPageBytes + 5);
    memory.Resize(50);
    memory.Write(49 * abi::kWasmPageBytes + 5);
    memory.Collect();
    memory.Write(30 * abi::kWasmPageBytes);
    memory.Write(49 * abi::kWasmPageBytes + 6);
    const Chunks dirty = memory.Collect();
    if (IsExact(mode)) CHECK(dirty == Chunks{30 * kChunksAPage, 49 * kChunksAPage});
  });
}

TEST_CASE("memory given up and had back is tracked, whether or not the tracker was told between") {
  InEveryMode([](TrackMode mode) {
    for (const bool collect_between : {false, true}) {
      TrackedMemory memory(mode, 10, 10);
      for (uint64_t chunk = 0; chunk < memory.chunk_count(); ++chunk) memory.WriteChunk(chunk);
      memory.Arm();
      memory.Resize(4);
      if (collect_between) memory.Collect();
      memory.Resize(10);
      memory.Write(7 * abi::kWasmPageBytes);
      memory.Write(1);
      memory.Collect();
      memory.Write(7 * abi::kWasmPageBytes + kChunkBytes);
      memory.Collect();
    }
  });
}

TEST_CASE("pages given up stay out of bounds while tracking is armed for them (3)") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory memory(mode, 10, 10);
    memory.Arm();
    memory.Resize(4);
    const abi::GuestEnd end = abi::RunGuest(
        [](void* data) { static_cast<volatile uint8_t*>(data)[5 * abi::kWasmPageBytes] = 1; },
        memory.memory().data);
    CHECK(end.trap == WASM_RT_TRAP_OOB);
  });
}

TEST_CASE("guest code writes tracked memory, and a trap does not lose what it wrote") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory memory(mode, 10, 10);
    memory.Arm();
    const abi::GuestEnd end = abi::RunGuest(
        [](void* data) {
          auto* bytes = static_cast<volatile uint8_t*>(data);
          for (uint64_t i = 0; i < 100; ++i) bytes[i * kChunkBytes] = 1;
          bytes[uint64_t{5} << 30] = 1;
        },
        memory.memory().data);
    CHECK(end.trap == WASM_RT_TRAP_OOB);
    const Chunks dirty = memory.Collect();
    for (uint64_t i = 0; i < 100; ++i) CHECK(dirty.contains(i));
  });
}

TEST_CASE("what system calls write through a view is reported") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory memory(mode, 10, 10);
    perdure_memory described = {};
    perdure_program program = {};
    program.memory_count = 1;
    program.memories = &described;
    perdure_host host;
    host.program = &program;
    host.instance = &memory.memory();
    for (uint64_t chunk = 0; chunk < 20; ++chunk) memory.WriteChunk(chunk);
    memory.Arm();

    const int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    void* view = perdure_try_view(&host, 0, 3 * kChunkBytes - 10, 2 * kChunkBytes, PERDURE_WRITE);
    REQUIRE(view != nullptr);
    CHECK(read(zero, view, 2 * kChunkBytes) == 2 * kChunkBytes);
    close(zero);
    int sockets[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
    REQUIRE(write(sockets[0], "hello", 5) == 5);
    view = perdure_try_view(&host, 0, 100 * kChunkBytes, 5, PERDURE_WRITE);  // never touched before
    CHECK(read(sockets[1], view, 5) == 5);
    view = perdure_try_view(&host, 0, 10 * kChunkBytes, kChunkBytes, PERDURE_READ);
    CHECK(write(sockets[0], view, 100) == 100);
    close(sockets[0]);
    close(sockets[1]);

    const Chunks dirty = memory.Collect();
    for (const uint64_t chunk : {2u, 3u, 4u, 100u}) CHECK(dirty.contains(chunk));
    if (IsExact(mode)) CHECK(dirty == Chunks{2, 3, 4, 100});
  });
}

TEST_CASE("more isolated writes than the kernel allows mappings are all reported") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory memory(mode, 5000, 5000);  // 80000 chunks, 40000 isolated ones
    memory.Arm();
    for (uint64_t chunk = 0; chunk < memory.chunk_count(); chunk += 2) memory.WriteChunk(chunk);
    memory.Collect();
    memory.WriteChunk(77777);
    const Chunks dirty = memory.Collect();
    if (IsExact(mode)) CHECK(dirty == Chunks{77777});
  });
}

TEST_CASE("several memories are tracked apart from each other") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory a(mode, 4, 8);
    TrackedMemory b(mode, 4, 8, true);
    a.Arm();
    b.Arm();
    a.WriteChunk(5);
    b.WriteChunk(6);
    const Chunks in_a = a.Collect();
    const Chunks in_b = b.Collect();
    if (IsExact(mode)) {
      CHECK(in_a == Chunks{5});
      CHECK(in_b == Chunks{6});
    }
  });
}

TEST_CASE("when tracking stops, the memory stays writable and keeps its content") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory memory(mode, 4, 8);
    memory.Write(100, 42);
    memory.Arm();
    memory.StopTracking();
    CHECK(memory.Read(100) == 42);
    for (uint64_t chunk = 0; chunk < memory.chunk_count(); ++chunk) memory.WriteChunk(chunk);
    const int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    CHECK(read(zero, memory.memory().data, 65536) == 65536);
    close(zero);
    CHECK(memory.Read(100) == 0);
  });
}

TEST_CASE("an empty memory can be tracked, and grow") {
  InEveryMode([](TrackMode mode) {
    TrackedMemory memory(mode, 0, 4);
    memory.Arm();
    CHECK(memory.Collect().empty());
    memory.Resize(2);
    memory.WriteChunk(31);
    memory.Collect();
    memory.Resize(0);
    CHECK(memory.Collect().empty());
  });
}

TEST_CASE("a memory of four gigabytes is tracked to its last byte") {
  InEveryMode([](TrackMode mode) {
    if (mode == TrackMode::kCompare) return;
    TrackedMemory memory(mode, 65536, 65536);
    memory.Arm();
    memory.Write((uint64_t{1} << 32) - 1);
    memory.Write(uint64_t{1} << 31);
    CHECK(memory.Collect() ==
          Chunks{(uint64_t{1} << 31) / kChunkBytes, (uint64_t{1} << 32) / kChunkBytes - 1});
  });
}

}  // namespace
}  // namespace perdure
