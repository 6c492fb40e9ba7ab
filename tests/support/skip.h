// Leaving a test out must be seen: the line below makes CTest report "Skipped", with the reason.
#pragma once

#include <catch2/catch.hpp>

#define PERDURE_SKIP(reason)          \
  do {                                \
    WARN("PERDURE_SKIP: " << reason); \
    return;                           \
  } while (0)
