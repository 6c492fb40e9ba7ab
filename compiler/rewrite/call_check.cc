#include "compiler/rewrite/call_check.h"

#include "compiler/rewrite/replace.h"

namespace perdure {

Result<std::string> RewriteCallCheck(std::string_view impl, const Tricks& tricks) {
  std::string out(impl);
  if (!tricks.call_checks) return out;
  constexpr std::string_view kTest =
      "  (LIKELY((x) < table.size && table.data[x].func &&      \\\n"
      "          func_types_eq(ft, table.data[x].func_type)) || \\\n";
  constexpr std::string_view kShorterTest =
      "  (LIKELY((x) < table.size && table.data[x].func_type == (ft)) || \\\n";
  if (ReplaceAll(&out, kTest, kShorterTest) != 1) {
    return Status(StatusCode::kInvalidArgument,
                  "wasm2c's app-impl.h has another CHECK_CALL_INDIRECT");
  }
  return out;
}

}  // namespace perdure
