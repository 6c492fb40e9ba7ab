#include "tests/support/random_call.h"

#include <cstring>

namespace perdure::test {
namespace {

// SplitMix64.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

 private:
  uint64_t state_;
};

// Small numbers reach more of a program than large ones; the edges of each type break more of it.
uint64_t Bits(Random* random) {
  static constexpr uint64_t kEdges[] = {0,
                                        1,
                                        0x7fffffff,
                                        0x80000000,
                                        0xffffffff,
                                        0x7fffffffffffffff,
                                        0x8000000000000000,
                                        0xffffffffffffffff,
                                        0x7fc00000,
                                        0x7fa00001,
                                        0x3ff0000000000000,
                                        0x7ff4000000000001,
                                        65535,
                                        65536};
  uint64_t choice = random->Next() % 4;
  if (choice == 0) return random->Next();
  if (choice == 1) return kEdges[random->Next() % std::size(kEdges)];
  return random->Next() % 40;
}

perdure_value Value(uint8_t type, const perdure_program& program, const Instance& instance,
                    Random* random) {
  perdure_value value = {};
  if (type == PERDURE_FUNCREF) {
    if (random->Next() % 4 == 0 || program.function_count == 0) return value;
    auto funcref =
        instance.FunctionRef(static_cast<uint32_t>(random->Next() % program.function_count));
    if (funcref.ok()) value.funcref = *funcref;
  } else if (type != PERDURE_EXTERNREF) {
    uint64_t words[2] = {Bits(random), Bits(random)};
    std::memcpy(&value, words, type == PERDURE_V128 ? 16 : 8);
  }
  return value;
}

}  // namespace

RandomCall MakeRandomCall(const perdure_program& program, const Instance& instance, uint64_t seed,
                          uint64_t number) {
  Random random(seed * 0x2545f4914f6cdd1d + number);
  RandomCall call;
  do {
    call.export_index = static_cast<uint32_t>(random.Next() % program.export_count);
  } while (program.exports[call.export_index].kind != PERDURE_FUNC);
  const perdure_function& function = program.functions[program.exports[call.export_index].index];
  const perdure_type& type = program.types[function.type];
  for (uint32_t i = 0; i < type.param_count; ++i) {
    call.args.push_back(Value(type.params[i], program, instance, &random));
  }
  return call;
}

}  // namespace perdure::test
