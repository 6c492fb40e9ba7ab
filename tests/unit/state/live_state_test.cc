#include "rtlib/state/live_state.h"

#include <catch2/catch.hpp>

#include <cstring>

#include "tests/unit/state/shape_program.h"

namespace perdure {
namespace {

using test::kShapeProgram;
using test::ShapeInstance;

// An instance with tables allocated; memories stay unallocated (contents are not SmallState's).
struct Live {
  ShapeInstance instance = {};
  perdure_host host;
  FunctionRefs functions{kShapeProgram, &instance, &host};

  Live() {
    wasm_rt_allocate_funcref_table(&instance.functions, 2, 8);
    wasm_rt_allocate_funcref_table(&instance.fixed_functions, 1, 1);
    wasm_rt_allocate_externref_table(&instance.externs, 0, 0xffffffff);
    instance.fixed_functions.data[0] = functions.RefOf(2);
    instance.memories[0].pages = 1;
  }
  ~Live() {
    wasm_rt_free_funcref_table(&instance.functions);
    wasm_rt_free_funcref_table(&instance.fixed_functions);
    wasm_rt_free_externref_table(&instance.externs);
  }
  Result<SmallState> Capture() {
    return CaptureSmallState(kShapeProgram, &instance, host, functions);
  }
  Status Apply(const SmallState& state) {
    return ApplySmallState(state, kShapeProgram, &instance, &host, functions);
  }
};

TEST_CASE("a funcref and its index are each other's, for imported and own functions") {
  Live live;
  for (uint32_t index = 0; index < 3; ++index) {
    uint32_t back = 99;
    CHECK(live.functions.IndexOf(live.functions.RefOf(index), &back));
    CHECK(back == index);
  }
  uint32_t null = 99;
  CHECK(live.functions.IndexOf({}, &null));
  CHECK(null == kNullRef);
  CHECK(live.functions.RefOf(kNullRef).func == nullptr);
  CHECK(live.functions.RefOf(0).module_instance == &live.host);
  CHECK(live.functions.RefOf(1).module_instance == &live.instance);
}

TEST_CASE("a function of another instance, or of no program, is not ours") {
  Live live, other;
  uint32_t index;
  CHECK_FALSE(live.functions.IndexOf(other.functions.RefOf(1), &index));
  CHECK_FALSE(live.functions.IndexOf(other.functions.RefOf(0), &index));
  wasm_rt_funcref_t unknown = live.functions.RefOf(1);
  unknown.func = reinterpret_cast<wasm_rt_function_ptr_t>(&std::abort);
  CHECK_FALSE(live.functions.IndexOf(unknown, &index));
}

TEST_CASE("an imported function closes over the host and over nothing else") {
  Live live;
  wasm_rt_funcref_t ref = live.functions.RefOf(0);
  uint32_t index = 99;
  CHECK(live.functions.IndexOf(ref, &index));
  CHECK(index == 0);
  ref.module_instance = &live.instance.i64;
  CHECK_FALSE(live.functions.IndexOf(ref, &index));
}

TEST_CASE("what is captured from one instance applies to another, bits of NaNs included") {
  Live from, to;
  from.instance.i32 = 7;
  from.instance.i64 = UINT64_MAX;
  const uint32_t signalling32 = 0x7f800001;
  const uint64_t signalling64 = 0xfff0000000000001;
  std::memcpy(&from.instance.f32, &signalling32, 4);
  std::memcpy(&from.instance.f64, &signalling64, 8);
  std::memset(from.instance.v128, 0xab, 16);
  from.instance.funcref = from.functions.RefOf(1);
  from.instance.dropped[1] = 1;
  from.host.table = "bytes";
  REQUIRE(wasm_rt_grow_funcref_table(&from.instance.functions, 3, from.functions.RefOf(2)) == 2);
  wasm_rt_grow_externref_table(&from.instance.externs, 4, nullptr);

  const auto captured = from.Capture();
  REQUIRE(captured.ok());
  REQUIRE(to.Apply(*captured).ok());
  const auto again = to.Capture();
  REQUIRE(again.ok());
  SmallState expected = *captured;
  CHECK(*again == expected);
  CHECK(std::memcmp(&to.instance.f32, &signalling32, 4) == 0);
  CHECK(std::memcmp(&to.instance.f64, &signalling64, 8) == 0);
  CHECK(to.instance.funcref.module_instance == &to.instance);
  CHECK(to.instance.functions.size == 5);
  CHECK(to.instance.functions.data[4].module_instance == &to.instance);
  CHECK(to.host.table == "bytes");
}

TEST_CASE("references that cannot be stored are refused with the place they are in") {
  Live live, other;
  int object;
  live.instance.externref = &object;
  CHECK(std::string(live.Capture().status().message()) ==
        "global 6 holds a reference to a host object");
  live.instance.externref = nullptr;
  live.instance.funcref = other.functions.RefOf(1);
  CHECK(std::string(live.Capture().status().message()) ==
        "global 'callback' holds a function of another instance");
  live.instance.funcref = {};
  live.instance.functions.data[1] = other.functions.RefOf(1);
  CHECK(std::string(live.Capture().status().message()) ==
        "table 'table' holds a function of another instance");
}

TEST_CASE("an immutable table that differs from the program's is corrupt") {
  Live live;
  auto captured = live.Capture();
  REQUIRE(captured.ok());
  captured->tables[1][0] = 1;
  CHECK(live.Apply(*captured).code() == StatusCode::kCorrupt);
}

}  // namespace
}  // namespace perdure
