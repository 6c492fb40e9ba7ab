#include <cstring>

#include "rtlib/abi/memory.h"
#include "tests/unit/abi/guest_fixture.h"

namespace perdure::abi {
namespace {

bool IsNull(const wasm_rt_funcref_t& element) {
  const wasm_rt_funcref_t null = wasm_rt_funcref_null_value;
  return std::memcmp(&element, &null, sizeof null) == 0;
}

TEST_CASE("table.grow appends the given element and respects the maximum") {
  Guest guest;
  wasm_rt_funcref_table_t* table = &guest->table;
  const wasm_rt_funcref_t element = table->data[0];
  CHECK(IsNull(table->data[1]));
  CHECK(wasm_rt_grow_funcref_table(table, 3, element) == 2);
  CHECK(table->size == 5);
  CHECK(IsNull(table->data[1]));
  CHECK(table->data[4].func == element.func);
  CHECK(wasm_rt_grow_funcref_table(table, 1, element) == UINT32_MAX);
  CHECK(wasm_rt_grow_funcref_table(table, UINT32_MAX, element) == UINT32_MAX);
  CHECK(wasm_rt_grow_funcref_table(table, 0, element) == 5);
  CHECK(table->size == 5);
}

TEST_CASE("a table without a maximum grows to the documented limit") {
  wasm_rt_externref_table_t table = {};
  REQUIRE(Run([&] { wasm_rt_allocate_externref_table(&table, 0, UINT32_MAX); }).kind ==
          Kind::kReturned);
  CHECK(table.data != nullptr);
  int object = 0;
  CHECK(wasm_rt_grow_externref_table(&table, WASM_RT_MAX_TABLE_SIZE + 1, &object) == UINT32_MAX);
  CHECK(wasm_rt_grow_externref_table(&table, WASM_RT_MAX_TABLE_SIZE, &object) == 0);
  CHECK(table.data[WASM_RT_MAX_TABLE_SIZE - 1] == &object);
  CHECK(wasm_rt_grow_externref_table(&table, 1, &object) == UINT32_MAX);
  wasm_rt_free_externref_table(&table);
  CHECK(table.data == nullptr);
}

TEST_CASE("a table declared too large is a trap") {
  static wasm_rt_funcref_table_t table;
  const GuestEnd end =
      Run([] { wasm_rt_allocate_funcref_table(&table, WASM_RT_MAX_TABLE_SIZE + 1, UINT32_MAX); });
  CHECK(end.message == "cannot allocate a table of the declared size");
}

TEST_CASE("an indirect call takes a type of equal bytes, and traps at any other") {
  Guest guest;
  wasm_rt_funcref_table_t* table = &guest->table;
  char type[32];
  std::memcpy(type, table->data[0].func_type, sizeof type);
  const auto check = [&](uint32_t index) {
    return Run([&] { perdure_check_call_indirect(table, index, type); });
  };
  CHECK(check(0).kind == Kind::kReturned);
  CHECK(check(1).message == "uninitialized element");
  CHECK(check(table->size).message == "undefined element");
  type[31] ^= 1;
  CHECK(check(0).message == "indirect call type mismatch");
}

TEST_CASE("ResizeTable shrinks, and new elements are null") {
  Guest guest;
  wasm_rt_funcref_table_t* table = &guest->table;
  REQUIRE(ResizeTable(table, 5));
  CHECK(IsNull(table->data[4]));
  table->data[4] = table->data[0];
  REQUIRE(ResizeTable(table, 1));
  CHECK(table->size == 1);
  REQUIRE(ResizeTable(table, 5));
  CHECK(IsNull(table->data[4]));
  CHECK_FALSE(ResizeTable(table, 6));
  REQUIRE(ResizeTable(table, 0));
  CHECK(table->data != nullptr);
}

}  // namespace
}  // namespace perdure::abi
