// The tests are written in Catch2 2's idiom. Where the system has only version 3 (Debian 13), this
// folder is put on the include path and gives the same names from version 3's headers.
#pragma once

#include <catch2/catch_all.hpp>

using Catch::Approx;  // NOLINT(google-global-names-in-headers): it was a global name in version 2
