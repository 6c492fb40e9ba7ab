// What a guest of `./dev bench capture` needs of a host, and nothing else: no events, no state, no
// store. Standard input and output, no files; and, with --every-us=N, a call stack that is taken
// apart and put together again every N microseconds of CPU time, so that what runs is what a run
// that was restored executes.
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "perdure/capture.h"
#include "perdure/program.h"
#include "rtlib/abi/frame_buffer.h"

extern "C" {
extern const perdure_program perdure_app_program;

// Where the generated code finds its memory (app.main.c).
__attribute__((visibility("hidden"))) unsigned char* perdure_memory_base;
void perdure_bind_memory(unsigned char* base) { perdure_memory_base = base; }
}

namespace {

constexpr uint32_t kBadDescriptor = 8, kNoSeek = 70;  // WASI errno values

bool is_capturing_often = false;
unsigned char* instance = nullptr;

unsigned char* Guest(uint32_t address) {
  const perdure_program& program = perdure_app_program;
  return reinterpret_cast<wasm_rt_memory_t*>(instance + program.memories[0].offset)->data + address;
}

uint32_t Load(uint32_t address) {
  uint32_t value;
  std::memcpy(&value, Guest(address), sizeof value);
  return value;
}
void Store(uint32_t address, uint32_t value) { std::memcpy(Guest(address), &value, sizeof value); }

// What `move` does to each part, until one is not moved completely.
template <typename Move>
uint32_t ForEachPart(uint32_t parts, uint32_t count, uint32_t moved_at, Move move) {
  uint32_t moved = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t size = Load(parts + 8 * i + 4);
    const ssize_t now = size == 0 ? 0 : move(Guest(Load(parts + 8 * i)), size);
    if (now > 0) moved += static_cast<uint32_t>(now);
    if (now != static_cast<ssize_t>(size)) break;
  }
  Store(moved_at, moved);
  return 0;
}

uint32_t FindExport(std::string_view name) {
  for (uint32_t i = 0; i < perdure_app_program.export_count; ++i) {
    if (name == perdure_app_program.exports[i].name) return perdure_app_program.exports[i].index;
  }
  return PERDURE_NO_INDEX;
}

// Frames were pushed innermost first and are popped outermost first.
void TurnFrames() {
  struct Frame {
    uint32_t site;
    std::vector<uint8_t> values;
  };
  std::vector<Frame> frames;
  perdure::abi::FrameBuffer& buffer = perdure::abi::Frames();
  while (!buffer.AtEnd()) {
    const perdure::abi::FrameBuffer::Frame frame = buffer.Next();
    frames.push_back({frame.site, {frame.values, frame.values + frame.bytes}});
  }
  buffer.Clear();
  for (size_t i = frames.size(); i-- > 0;) {
    uint8_t* to = buffer.Push(frames[i].site, static_cast<uint32_t>(frames[i].values.size()));
    std::copy(frames[i].values.begin(), frames[i].values.end(), to);
  }
}

void RequestPoll(int /*signal*/) { perdure_poll_requested = 1; }

bool StartTimer(long every_us) {
  std::signal(SIGVTALRM, RequestPoll);
  const timeval every = {every_us / 1'000'000, every_us % 1'000'000};
  const itimerval timer = {every, every};
  is_capturing_often = true;
  return setitimer(ITIMER_VIRTUAL, &timer, nullptr) == 0;
}

void RunCommand(uint32_t start) {
  const perdure_capture* capture = perdure_app_program.capture;
  wasm_rt_function_ptr_t function = perdure_app_program.functions[start].func;
  if (capture != nullptr) perdure::abi::SetFrameOwner(capture);
  while (true) {
    reinterpret_cast<void (*)(void*)>(function)(instance);
    if (perdure_capturing == 0) return;
    perdure_capturing = 0;
    TurnFrames();
    function = capture->resume[start];
  }
}

}  // namespace

void perdure_poll(void* /*instance*/) {
  perdure_poll_requested = 0;
  if (is_capturing_often) perdure_capturing = 1;
}

#define WASI(field) w2c_wasi__snapshot__preview1_##field
extern "C" {

uint32_t WASI(fd_read)(void* /*host*/, uint32_t fd, uint32_t parts, uint32_t count,
                       uint32_t moved_at) {
  if (fd != STDIN_FILENO) return kBadDescriptor;
  return ForEachPart(parts, count, moved_at,
                     [](void* to, uint32_t size) { return read(STDIN_FILENO, to, size); });
}
uint32_t WASI(fd_write)(void* /*host*/, uint32_t fd, uint32_t parts, uint32_t count,
                        uint32_t moved_at) {
  if (fd != STDOUT_FILENO && fd != STDERR_FILENO) return kBadDescriptor;
  const auto send = [fd](const void* from, uint32_t size) {
    return write(static_cast<int>(fd), from, size);
  };
  return ForEachPart(parts, count, moved_at, send);
}
uint32_t WASI(fd_fdstat_get)(void* /*host*/, uint32_t fd, uint32_t to) {
  if (fd > STDERR_FILENO) return kBadDescriptor;
  std::memset(Guest(to), 0, 24);
  *Guest(to) = 2;                        // a character device
  std::memset(Guest(to) + 8, 0xff, 16);  // with all rights
  return 0;
}
uint32_t WASI(fd_seek)(void*, uint32_t, uint64_t, uint32_t, uint32_t) { return kNoSeek; }
uint32_t WASI(clock_time_get)(void*, uint32_t, uint64_t, uint32_t to) {
  std::memset(Guest(to), 0, 8);
  return 0;
}
uint32_t WASI(fd_close)(void*, uint32_t) { return 0; }
uint32_t WASI(fd_fdstat_set_flags)(void*, uint32_t, uint32_t) { return kBadDescriptor; }
uint32_t WASI(fd_prestat_get)(void*, uint32_t, uint32_t) { return kBadDescriptor; }
uint32_t WASI(fd_prestat_dir_name)(void*, uint32_t, uint32_t, uint32_t) { return kBadDescriptor; }
uint32_t WASI(fd_renumber)(void*, uint32_t, uint32_t) { return kBadDescriptor; }
uint32_t WASI(path_open)(void*, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint64_t,
                         uint64_t, uint32_t, uint32_t) {
  return kBadDescriptor;
}
void WASI(proc_exit)(void* /*host*/, uint32_t status) { std::exit(static_cast<int>(status)); }
}

int main(int argc, char** argv) {
  constexpr std::string_view kEvery = "--every-us=";
  const perdure_program& program = perdure_app_program;
  instance = static_cast<unsigned char*>(
      std::aligned_alloc(program.instance_align, program.instance_size));
  if (instance == nullptr) return 1;
  std::memset(instance, 0, program.instance_size);
  program.instantiate(instance, nullptr);
  uint32_t start = FindExport("_start");
  if (start == PERDURE_NO_INDEX) start = FindExport("_begin");
  if (start == PERDURE_NO_INDEX) return 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with(kEvery)) return 2;
    if (!StartTimer(std::atol(argument.substr(kEvery.size()).data()))) return 1;
  }
  RunCommand(start);
  return 0;
}
