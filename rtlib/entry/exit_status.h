// Exit statuses of a program, besides the guest's own (docs/reference/exit-codes.md).
#pragma once

namespace perdure {

inline constexpr int kExitOk = 0;
inline constexpr int kExitUsage = 2;      // nothing was opened or run
inline constexpr int kExitRuntime = 125;  // the runtime failed, not the guest
inline constexpr int kExitSignalBase = 128;
inline constexpr int kExitTrap = 134;  // as a shell reports SIGABRT

}  // namespace perdure
