// The jumps between the host's stack and the guest's, in assembly.
#pragma once

extern "C" {

// Calls function(argument) on the stack that ends at `stack_top` (16-byte aligned) and returns when
// it returns, or when perdure_leave_guest is called with the value stored in *host_stack.
void perdure_enter_guest(void (*function)(void*), void* argument, void* stack_top,
                         void** host_stack);

// Abandons every frame on the guest's stack: the perdure_enter_guest that stored `host_stack`
// returns. Uses no stack before it has switched, so a signal handler may return into it from an
// exhausted one.
[[noreturn]] void perdure_leave_guest(void* host_stack);

// Leaves the guest's stack as it is and stores in *guest_stack where it stands: the
// perdure_enter_guest or perdure_reenter_guest that stored `host_stack` returns. Returns when
// perdure_reenter_guest is called with that value. It may return again and again, if the bytes of
// the stack from there up are put back each time.
void perdure_park_guest(void** guest_stack, void* host_stack);

// Goes on where perdure_park_guest stored `guest_stack`. Otherwise as perdure_enter_guest.
void perdure_reenter_guest(void* guest_stack, void** host_stack);

}  // extern "C"
