// The language of the engine's tests: an instance of the sample program on a store in memory.
//
//     Session session;
//     session.Start();
//     session.Do("poke", {I32(8), I64(1)});
//     const State before = session.Look();
//     session.Kill();                     // as kill -9: nothing is closed, the disk stays as it is
//     session.Start();
//     CHECK(session.Look() == before);
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "perdure/instance.h"
#include "rtlib/engine/memory_store.h"
#include "rtlib/state/small_state.h"
#include "tests/unit/engine/sample_program.h"

namespace perdure::test {

// An argument, portable between instances.
struct Arg {
  uint8_t type = PERDURE_I32;
  PortableValue value;
};
Arg I32(uint32_t value);
Arg I64(uint64_t value);
Arg F32Bits(uint32_t bits);
Arg F64Bits(uint64_t bits);
Arg V128(uint8_t fill);
Arg Func(uint32_t index);  // kNullRef: null
Arg NullExtern();

struct Op {
  std::string name;
  std::vector<Arg> args;
};

// Everything that is state: what runs are compared by.
struct State {
  SmallState small{kSampleProgram};
  std::string memories[2];
  bool operator==(const State&) const = default;
};

class Session {
 public:
  Session();  // on a new, empty disk
  ~Session();

  MemoryDisk& disk() { return MemoryDiskAt(options.state_path); }
  Instance& instance() { return *instance_; }

  // What came out at descriptor 1 during the calls below, so far.
  const std::string& output() const { return output_; }

  Status Open();
  void Start();  // Open() that must work
  void Kill();
  void Close();  // a clean end that must work
  Status Flush();

  Result<Outcome> Try(std::string_view name, const std::vector<Arg>& args);
  Outcome Do(std::string_view name, const std::vector<Arg>& args);  // Try() that must work
  Outcome Do(const Op& op) { return Do(op.name, op.args); }
  const std::vector<PortableValue>& results() const { return results_; }
  uint32_t ExportIndex(std::string_view name) const;

  State Look() const;

  Options options;
  SampleConfig config;

 private:
  std::unique_ptr<Instance> instance_;
  std::vector<PortableValue> results_;
  std::string output_;
};

// A random operation; the later ones in a run find larger memories and tables.
Op RandomOp(std::mt19937* random);

}  // namespace perdure::test
