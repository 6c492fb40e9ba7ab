// Stack switching.
//
// perdure_enter_guest pushes what the ABI makes the callee preserve, notes the stack pointer, moves
// to the other stack and calls. Both ways back end in the same epilogue, entered with that stack
// pointer restored; so leaving by a trap restores exactly what returning restores, floating-point
// control included (a host function may have changed the rounding mode and been cut off).
//
// A parked guest is the mirror image: perdure_park_guest leaves the same record of registers on the
// guest's stack that perdure_enter_guest leaves on the host's, and perdure_reenter_guest swaps the
// two again. The way back is read from *host_stack and not from the frame pointer, because the host
// frame that entered is not always the one that is returned to.
//
// The frame keeps a frame pointer and its call-frame information is expressed through it, which
// lets debuggers, profilers and unwinders walk from guest frames into host frames.
//
// Rejected: setjmp/longjmp for leaving. glibc's fortified longjmp takes a jump to another stack for
// corruption when that stack lies at lower addresses, and a signal handler would have to call it
// from the alternate stack. Rejected: ucontext, whose switches each cost a system call.
#include "rtlib/abi/stack_switch.h"

#if defined(__x86_64__)

asm(R"(
  .text
  .p2align 4
  .globl perdure_enter_guest
  .hidden perdure_enter_guest
  .type perdure_enter_guest, @function
perdure_enter_guest:
  .cfi_startproc
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  pushq %rbx
  .cfi_offset %rbx, -24
  pushq %r12
  .cfi_offset %r12, -32
  pushq %r13
  .cfi_offset %r13, -40
  pushq %r14
  .cfi_offset %r14, -48
  pushq %r15
  .cfi_offset %r15, -56
  subq $8, %rsp
  stmxcsr (%rsp)
  fnstcw 4(%rsp)
  movq %rcx, %rbx
  movq %rsp, (%rbx)
  movq %rdi, %rax
  movq %rsi, %rdi
  movq %rdx, %rsp
  callq *%rax
  movq (%rbx), %rsp
  leaq 48(%rsp), %rbp
.Lperdure_resume_host:
  ldmxcsr (%rsp)
  fldcw 4(%rsp)
  addq $8, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  .cfi_def_cfa %rsp, 8
  retq
  .cfi_endproc
  .size perdure_enter_guest, . - perdure_enter_guest

  .p2align 4
  .globl perdure_leave_guest
  .hidden perdure_leave_guest
  .type perdure_leave_guest, @function
perdure_leave_guest:
  .cfi_startproc
  .cfi_undefined %rip
  movq %rdi, %rsp
  leaq 48(%rsp), %rbp
  jmp .Lperdure_resume_host
  .cfi_endproc
  .size perdure_leave_guest, . - perdure_leave_guest

  .p2align 4
  .globl perdure_park_guest
  .hidden perdure_park_guest
  .type perdure_park_guest, @function
perdure_park_guest:
  .cfi_startproc
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  pushq %rbx
  .cfi_offset %rbx, -24
  pushq %r12
  .cfi_offset %r12, -32
  pushq %r13
  .cfi_offset %r13, -40
  pushq %r14
  .cfi_offset %r14, -48
  pushq %r15
  .cfi_offset %r15, -56
  subq $8, %rsp
  stmxcsr (%rsp)
  fnstcw 4(%rsp)
  movq %rsp, (%rdi)
  movq %rsi, %rdi
  jmp perdure_leave_guest
  .cfi_endproc
  .size perdure_park_guest, . - perdure_park_guest

  .p2align 4
  .globl perdure_reenter_guest
  .hidden perdure_reenter_guest
  .type perdure_reenter_guest, @function
perdure_reenter_guest:
  .cfi_startproc
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  pushq %rbx
  .cfi_offset %rbx, -24
  pushq %r12
  .cfi_offset %r12, -32
  pushq %r13
  .cfi_offset %r13, -40
  pushq %r14
  .cfi_offset %r14, -48
  pushq %r15
  .cfi_offset %r15, -56
  subq $8, %rsp
  stmxcsr (%rsp)
  fnstcw 4(%rsp)
  movq %rsp, (%rsi)
  jmp perdure_leave_guest
  .cfi_endproc
  .size perdure_reenter_guest, . - perdure_reenter_guest
)");

#elif defined(__aarch64__)

asm(R"(
  .text
  .p2align 4
  .globl perdure_enter_guest
  .hidden perdure_enter_guest
  .type perdure_enter_guest, %function
perdure_enter_guest:
  .cfi_startproc
  stp x29, x30, [sp, #-176]!
  .cfi_def_cfa_offset 176
  .cfi_offset x29, -176
  .cfi_offset x30, -168
  mov x29, sp
  .cfi_def_cfa_register x29
  stp x19, x20, [sp, #16]
  .cfi_offset x19, -160
  .cfi_offset x20, -152
  stp x21, x22, [sp, #32]
  .cfi_offset x21, -144
  .cfi_offset x22, -136
  stp x23, x24, [sp, #48]
  .cfi_offset x23, -128
  .cfi_offset x24, -120
  stp x25, x26, [sp, #64]
  .cfi_offset x25, -112
  .cfi_offset x26, -104
  stp x27, x28, [sp, #80]
  .cfi_offset x27, -96
  .cfi_offset x28, -88
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mrs x9, fpcr
  str x9, [sp, #160]
  mov x19, x3
  mov x9, sp
  str x9, [x19]
  mov x9, x0
  mov x0, x1
  mov sp, x2
  blr x9
  ldr x29, [x19]
.Lperdure_resume_host:
  mov sp, x29
  ldr x9, [sp, #160]
  msr fpcr, x9
  ldp d14, d15, [sp, #144]
  ldp d12, d13, [sp, #128]
  ldp d10, d11, [sp, #112]
  ldp d8, d9, [sp, #96]
  ldp x27, x28, [sp, #80]
  ldp x25, x26, [sp, #64]
  ldp x23, x24, [sp, #48]
  ldp x21, x22, [sp, #32]
  ldp x19, x20, [sp, #16]
  ldp x29, x30, [sp], #176
  .cfi_def_cfa sp, 0
  .cfi_restore x29
  .cfi_restore x30
  ret
  .cfi_endproc
  .size perdure_enter_guest, . - perdure_enter_guest

  .p2align 4
  .globl perdure_leave_guest
  .hidden perdure_leave_guest
  .type perdure_leave_guest, %function
perdure_leave_guest:
  .cfi_startproc
  .cfi_undefined x30
  mov x29, x0
  b .Lperdure_resume_host
  .cfi_endproc
  .size perdure_leave_guest, . - perdure_leave_guest

  .p2align 4
  .globl perdure_park_guest
  .hidden perdure_park_guest
  .type perdure_park_guest, %function
perdure_park_guest:
  .cfi_startproc
  stp x29, x30, [sp, #-176]!
  .cfi_def_cfa_offset 176
  .cfi_offset x29, -176
  .cfi_offset x30, -168
  mov x29, sp
  .cfi_def_cfa_register x29
  stp x19, x20, [sp, #16]
  .cfi_offset x19, -160
  .cfi_offset x20, -152
  stp x21, x22, [sp, #32]
  .cfi_offset x21, -144
  .cfi_offset x22, -136
  stp x23, x24, [sp, #48]
  .cfi_offset x23, -128
  .cfi_offset x24, -120
  stp x25, x26, [sp, #64]
  .cfi_offset x25, -112
  .cfi_offset x26, -104
  stp x27, x28, [sp, #80]
  .cfi_offset x27, -96
  .cfi_offset x28, -88
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mrs x9, fpcr
  str x9, [sp, #160]
  mov x9, sp
  str x9, [x0]
  mov x0, x1
  b perdure_leave_guest
  .cfi_endproc
  .size perdure_park_guest, . - perdure_park_guest

  .p2align 4
  .globl perdure_reenter_guest
  .hidden perdure_reenter_guest
  .type perdure_reenter_guest, %function
perdure_reenter_guest:
  .cfi_startproc
  stp x29, x30, [sp, #-176]!
  .cfi_def_cfa_offset 176
  .cfi_offset x29, -176
  .cfi_offset x30, -168
  mov x29, sp
  .cfi_def_cfa_register x29
  stp x19, x20, [sp, #16]
  .cfi_offset x19, -160
  .cfi_offset x20, -152
  stp x21, x22, [sp, #32]
  .cfi_offset x21, -144
  .cfi_offset x22, -136
  stp x23, x24, [sp, #48]
  .cfi_offset x23, -128
  .cfi_offset x24, -120
  stp x25, x26, [sp, #64]
  .cfi_offset x25, -112
  .cfi_offset x26, -104
  stp x27, x28, [sp, #80]
  .cfi_offset x27, -96
  .cfi_offset x28, -88
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mrs x9, fpcr
  str x9, [sp, #160]
  mov x9, sp
  str x9, [x1]
  b perdure_leave_guest
  .cfi_endproc
  .size perdure_reenter_guest, . - perdure_reenter_guest
)");

#else
#error "No stack switch for this architecture: write the four functions of stack_switch.h"
#endif
