// The sample program as a process of its own, as the compiler's generated main() would start it.
#include <cstdlib>

#include "perdure/entry.h"
#include "perdure/sqlite.h"
#include "tests/unit/entry/sample_program.h"

int main(int argc, char** argv) {
  const perdure_program& program = std::getenv("SAMPLE_BAD_START") == nullptr
                                       ? perdure::test::kSampleProgram
                                       : perdure::test::kBadStartProgram;
  return perdure_main(argc, argv, &program, &perdure_sqlite_store);
}
