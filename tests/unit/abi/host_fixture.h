// A perdure_host around an instance of guest.c.
#pragma once

#include <cstddef>
#include <span>

#include "rtlib/abi/host_context.h"
#include "tests/unit/abi/guest_fixture.h"

namespace perdure::abi {

class HostedGuest : public Guest {
 public:
  HostedGuest() {
    memory_.offset = offsetof(w2c_guest, memory);
    program_.name = "guest";
    program_.memory_count = 1;
    program_.memories = &memory_;
    host_.program = &program_;
    host_.instance = get();
  }
  perdure_host* host() { return &host_; }

  // Makes the program one that was linked of `modules`; the caller's number is the maximum of the
  // table, at which no test of host functions looks.
  void LinkedOf(std::span<const perdure_module> modules) {
    caller_.offset = offsetof(w2c_guest, table.max_size);
    program_.globals = &caller_;
    program_.modules = modules.data();
    program_.module_count = static_cast<uint32_t>(modules.size());
  }

 private:
  perdure_memory memory_ = {};
  perdure_global caller_ = {};
  perdure_program program_ = {};
  perdure_host host_;
};

}  // namespace perdure::abi
