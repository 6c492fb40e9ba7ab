// Arguments and results of every type, from the command line and back from another process.
#include <catch2/catch.hpp>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

ProgramOn Types() { return ProgramOn(BuildProgram(Module("types.wat"))); }

// Stores `in` by set_TYPE and expects get_TYPE of another process to print `out`.
void RoundTrip(const ProgramOn& types, const std::string& type, const std::string& in,
               const std::string& out) {
  INFO("type " << type << ", argument " << in);
  types.Expect({"set_" + type, in}, "");
  types.Expect({"get_" + type}, out + "\n");
}

}  // namespace

TEST_CASE("integers are read as decimal or hex and printed as signed decimal") {
  ProgramOn types = Types();
  types.Expect({"get_i32"}, "-1\n");
  for (auto [in, out] : {std::pair{"42", "42"},
                         {"-5", "-5"},
                         {"0", "0"},
                         {"0xff", "255"},
                         {"4294967295", "-1"},
                         {"0xffffffff", "-1"},
                         {"-2147483648", "-2147483648"},
                         {"2147483648", "-2147483648"}}) {
    RoundTrip(types, "i32", in, out);
  }
  types.Expect({"get_i64"}, "9223372036854775807\n");
  for (auto [in, out] : {std::pair{"-1", "-1"},
                         {"18446744073709551615", "-1"},
                         {"-9223372036854775808", "-9223372036854775808"},
                         {"0x8000000000000000", "-9223372036854775808"},
                         {"0x0123456789abcdef", "81985529216486895"}}) {
    RoundTrip(types, "i64", in, out);
  }
}

TEST_CASE("floats print the shortest decimal that reads back the same") {
  ProgramOn types = Types();
  types.Expect({"get_f32"}, "-0\n");
  for (auto [in, out] : {std::pair{"0.1", "0.1"},
                         {"-1.5", "-1.5"},
                         {"0x1.8p3", "12"},
                         {"inf", "inf"},
                         {"-inf", "-inf"},
                         {"16777216", "16777216"},
                         {"-0", "-0"}}) {
    RoundTrip(types, "f32", in, out);
  }
  for (auto [in, out] : {std::pair{"0.1", "0.1"},
                         {"3.141592653589793", "3.141592653589793"},
                         {"-0x1p-1", "-0.5"},
                         {"inf", "inf"},
                         {"-inf", "-inf"}}) {
    RoundTrip(types, "f64", in, out);
  }
}

TEST_CASE("the payload and sign of a NaN survive the process") {
  ProgramOn types = Types();
  types.Expect({"get_f64"}, "nan:0x4000000000001\n");
  RoundTrip(types, "f64", "nan", "nan");
  types.Expect({"bits_f64"}, "9221120237041090560\n");
  RoundTrip(types, "f64", "-nan", "-nan");
  types.Expect({"bits_f64"}, "-2251799813685248\n");
  RoundTrip(types, "f64", "nan:0x4000000000001", "nan:0x4000000000001");  // a signalling one
  types.Expect({"bits_f64"}, "9219994337134247937\n");
  RoundTrip(types, "f32", "nan:0x200001", "nan:0x200001");
  types.Expect({"bits_f32"}, "2141192193\n");
  RoundTrip(types, "f32", "-nan:0x1", "-nan:0x1");
  types.Expect({"bits_f32"}, "-8388607\n");
}

TEST_CASE("a v128 is 32 hex digits with lane 0 last") {
  ProgramOn types = Types();
  types.Expect({"get_v128"}, "00000004000000030000000200000001\n");
  RoundTrip(types, "v128", "0123456789abcdeffedcba9876543210", "0123456789abcdeffedcba9876543210");
  RoundTrip(types, "v128", "0xFFEEDDCCBBAA99887766554433221100",
            "ffeeddccbbaa99887766554433221100");
}

TEST_CASE("references are null, a name or a function's index and stay callable") {
  ProgramOn types = Types();
  types.Expect({"get_func"}, "func:0\n");
  RoundTrip(types, "func", "func:1", "func:1");
  RoundTrip(types, "func", "null", "null");
  RoundTrip(types, "extern", "null", "null");
  RoundTrip(types, "extern", "extern:4294967294", "extern:4294967294");
  types.Refused(2, {"set_func", "func:9999"}, {"func:9999"});
  types.Refused(2, {"set_extern", "5"}, {"5"});
  types.Refused(2, {"set_extern", "extern:4294967295"}, {"extern:4294967295"});
}

TEST_CASE("several parameters and several results keep their order") {
  ProgramOn types = Types();
  types.Expect({"set_all", "-7", "8000000000", "-2.5", "1e100", "000102030405060708090a0b0c0d0e0f"},
               "");
  types.Expect({"get_all"}, "-7\n8000000000\n-2.5\n1e+100\n000102030405060708090a0b0c0d0e0f\n");
  types.Expect({"nothing"}, "");
}

TEST_CASE("an export may have any printable name") {
  ProgramOn types = Types();
  types.Expect({"a name: with \"quotes\" & blanks"}, "5\n");
  types.Expect({"help"}, "6\n");
  types.Expect({"--", "help"}, "6\n");
}

}  // namespace perdure::test
