#include "compiler/emit/c_text.h"

#include <catch2/catch.hpp>

namespace perdure {

TEST_CASE("C strings escape what C would read differently") {
  REQUIRE(CString("plain") == "\"plain\"");
  REQUIRE(CString("a\"b\\c") == "\"a\\\"b\\\\c\"");
  // Three digits always: a digit behind must not become part of the escape.
  REQUIRE(CString("\n1") == "\"\\0121\"");
  REQUIRE(CString("\xc3\xa9") == "\"\\303\\251\"");
  REQUIRE(CStringOrNull("") == "NULL");
}

TEST_CASE("identifiers are valid in C and C++") {
  REQUIRE(Identifier("counter") == "counter");
  REQUIRE(Identifier("kv-store.2") == "kv_store_2");
  REQUIRE(Identifier("2fast") == "_2fast");
  REQUIRE(Identifier("delete") == "delete_");
  REQUIRE(Identifier("") == "_");
  REQUIRE(CamelIdentifier("kv-store") == "KvStore");
  REQUIRE(CamelIdentifier("2fast") == "_2fast");
}

}  // namespace perdure
