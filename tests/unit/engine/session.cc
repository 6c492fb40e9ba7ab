#include "tests/unit/engine/session.h"

#include <catch2/catch.hpp>

#include <cstring>

#include "rtlib/base/text.h"
#include "rtlib/state/live_state.h"
#include "tests/unit/engine/output_capture.h"

namespace perdure::test {
namespace {

Arg Number(uint8_t type, uint64_t bits) {
  Arg arg{type, {}};
  std::memcpy(arg.value.bytes.data(), &bits, NativeBytes(type));
  return arg;
}

}  // namespace

Arg I32(uint32_t value) { return Number(PERDURE_I32, value); }
Arg I64(uint64_t value) { return Number(PERDURE_I64, value); }
Arg F32Bits(uint32_t bits) { return Number(PERDURE_F32, bits); }
Arg F64Bits(uint64_t bits) { return Number(PERDURE_F64, bits); }
Arg V128(uint8_t fill) {
  Arg arg{PERDURE_V128, {}};
  arg.value.bytes.fill(fill);
  return arg;
}
Arg Func(uint32_t index) { return {PERDURE_FUNCREF, PortableValue::Reference(index)}; }
Arg NullExtern() { return {PERDURE_EXTERNREF, PortableValue::Reference(kNullRef)}; }

Session::Session() {
  static int disks = 0;
  options.state_path = StrCat("disk-", ++disks);
  options.host_data = &config;
}

Session::~Session() {
  instance_.reset();
  disk() = {};
}

Status Session::Open() {
  const OutputCapture capture(&output_);
  Result<std::unique_ptr<Instance>> opened =
      Instance::Open(kSampleProgram, options, OpenMemoryStore);
  if (!opened.ok()) return opened.status();
  instance_ = *std::move(opened);
  return OkStatus();
}

void Session::Start() {
  const Status opened = Open();
  INFO(opened.message());
  REQUIRE(opened.ok());
}

void Session::Kill() {
  const MemoryDisk left_behind = disk();
  instance_.reset();
  disk() = left_behind;
  disk().in_use = false;
}

void Session::Close() {
  Status closed;
  {
    const OutputCapture capture(&output_);
    closed = instance_->Close();
  }
  REQUIRE(closed.ok());
  instance_.reset();
}

Status Session::Flush() {
  const OutputCapture capture(&output_);
  return instance_->Flush();
}

uint32_t Session::ExportIndex(std::string_view name) const {
  for (uint32_t i = 0; i < kSampleProgram.export_count; ++i) {
    if (kSampleProgram.exports[i].name == name) return i;
  }
  FAIL("no export " << name);
  return 0;
}

Result<Outcome> Session::Try(std::string_view name, const std::vector<Arg>& args) {
  const uint32_t index = ExportIndex(name);
  const perdure_function& function = kSampleProgram.functions[kSampleProgram.exports[index].index];
  const perdure_type& type = kSampleProgram.types[function.type];
  std::vector<perdure_value> native(args.size());
  for (size_t i = 0; i < args.size(); ++i) {
    native[i] = {};
    if (args[i].type != PERDURE_FUNCREF) {
      if (args[i].type != PERDURE_EXTERNREF)
        std::memcpy(&native[i], args[i].value.bytes.data(), 16);
    } else if (args[i].value.reference() != kNullRef) {
      native[i].funcref = *instance_->FunctionRef(args[i].value.reference());
    }
  }
  std::vector<perdure_value> results(type.result_count);
  Result<Outcome> outcome = [&] {
    const OutputCapture capture(&output_);
    return instance_->Call(index, native, results);
  }();
  results_.assign(results.size(), {});
  if (!outcome.ok() || outcome->kind != Outcome::Kind::kReturned) return outcome;
  for (size_t i = 0; i < results.size(); ++i) {
    if (type.results[i] == PERDURE_FUNCREF) {
      const bool is_null = results[i].funcref.func == nullptr;
      results_[i] = PortableValue::Reference(
          is_null ? kNullRef : *instance_->FunctionIndex(results[i].funcref));
    } else {
      std::memcpy(results_[i].bytes.data(), &results[i], NativeBytes(type.results[i]));
    }
  }
  return outcome;
}

Outcome Session::Do(std::string_view name, const std::vector<Arg>& args) {
  const Result<Outcome> outcome = Try(name, args);
  INFO(name << ": " << outcome.status().message());
  REQUIRE(outcome.ok());
  return *outcome;
}

State Session::Look() const {
  SampleInstance* live = config.live;
  const FunctionRefs functions(kSampleProgram, live, live->host);
  State state;
  Result<SmallState> small = CaptureSmallState(kSampleProgram, live, *live->host, functions);
  REQUIRE(small.ok());
  state.small = *std::move(small);
  int i = 0;
  for (const wasm_rt_memory_t* memory : {&live->memory, &live->second}) {
    REQUIRE(memory->size == memory->pages * kPageBytes);
    state.memories[i++].assign(reinterpret_cast<const char*>(memory->data), memory->size);
  }
  return state;
}

Op RandomOp(std::mt19937* random) {
  const auto below = [&](uint32_t limit) { return static_cast<uint32_t>((*random)() % limit); };
  const auto bits = [&] { return (uint64_t{(*random)()} << 32) | (*random)(); };
  const auto function = [&] { return Func(below(4) == 0 ? kNullRef : below(4)); };
  switch (below(26)) {
    case 0:
      return {"nop", {}};
    case 1:
    case 2:
    case 3:
      return {"poke", {I32(below(200000)), I64(bits())}};
    case 4:
      return {"peek", {I32(below(200000))}};
    case 5:
      return {"poke_second", {I32(below(100000)), I64(bits())}};
    case 6:
      return {"fill", {I32(below(200000)), I32(below(30000)), I32(below(256))}};
    case 7:
    case 8:
      return {"scatter", {I64(bits()), I32(below(60))}};
    case 9:
      return {"grow", {I32(below(3))}};
    case 10:
      return {"grow_second", {I32(below(2))}};
    case 11:
      return {"set_i32", {I32(below(5))}};
    case 12:
      return {"set_i64", {I64(bits())}};
    case 13:
      return {"set_f32", {F32Bits(below(2) == 0 ? 0x7f800001 : static_cast<uint32_t>(bits()))}};
    case 14:
      return {"set_f64", {F64Bits(below(2) == 0 ? 0xfff0000000000001 : bits())}};
    case 15:
      return {"set_v128", {V128(static_cast<uint8_t>(below(256)))}};
    case 16:
      return {"set_funcref", {function()}};
    case 17:
      return {"table_set", {I32(below(12)), function()}};
    case 18:
      return {"table_grow", {I32(below(4)), function()}};
    case 19:
      return {"call_indirect", {I32(below(8)), I32(below(1000))}};
    case 20:
      return below(2) == 0 ? Op{"drop_data", {}} : Op{"drop_elem", {}};
    case 21:
      return {"host_table", {I32(below(50))}};
    case 22:
      return {"all", {}};
    case 23:
      return {"change_all_then_trap", {}};
    case 24:
      return {"grow_then_trap", {}};
    default:
      return {"exit", {I32(below(3))}};
  }
}

}  // namespace perdure::test
