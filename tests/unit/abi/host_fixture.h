// A perdure_host around an instance of guest.c.
#pragma once

#include <cstddef>

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

 private:
  perdure_memory memory_ = {};
  perdure_program program_ = {};
  perdure_host host_;
};

}  // namespace perdure::abi
