/* Capture: how generated code hands its live call stack over, and takes it back.
 *
 * `perdure build` rewrites wasm2c's C for modules whose calls may be on the stack when the state is
 * committed (commands). Every such function has two forms:
 *
 *   hot     as wasm2c wrote it. After each call that may be captured it tests perdure_capturing; if
 *           set, it pushes one frame (site, live values) and returns a dummy value. Loop heads test
 *           perdure_poll_requested and then call perdure_poll().
 *   resume  cold; entered only to take restored frames on. It has its own frame popped and its
 *           callee resumed, puts the live values back and goes on as the hot form would, behind the
 *           call (or by issuing the host call again).
 *
 *            perdure_capturing = 1                          a new process
 *   innermost host call returns a dummy              runtime puts the frames back
 *        | each caller pushes a frame, returns             | outermost resume function is called
 *        v                                                 v each pops its frame, resumes the next
 *   outermost function returns: frames complete      innermost issues its host call again
 *
 * A frame in the state is (function, ordinal of the site in the function's bytecode, live values
 * named by their place): no native address and nothing that depends on optimisation, compiler or
 * CPU. In this process a frame is what perdure_push_frame() returned: the site's values in order,
 * each at its natural size without padding, in native byte order.
 *
 * Generated code need not know that layout: it moves values between its variables and slots, one
 * for each place of a function, and perdure_pack_frame() and perdure_take_frame() move them between
 * slots and frame.
 *
 * Thread rule: one run at a time per process; everything here belongs to the thread that executes
 * it. perdure_poll_requested alone may be set by any thread or signal handler.
 */
#ifndef PERDURE_CAPTURE_H_
#define PERDURE_CAPTURE_H_

#include <stdint.h>

#include "wasm-rt-exceptions.h"
#include "wasm-rt.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PERDURE_COLD __attribute__((cold, noinline))
#define PERDURE_HIDDEN __attribute__((visibility("hidden")))
#else
#define PERDURE_COLD
#define PERDURE_HIDDEN
#endif
#if defined(__clang__) && (defined(__x86_64__) || defined(__aarch64__))
#define PERDURE_KEEPS_REGISTERS __attribute__((preserve_most))
#else
#define PERDURE_KEEPS_REGISTERS
#endif

/* 1 while the stack is being handed over. */
extern PERDURE_HIDDEN unsigned char perdure_capturing;
/* Not 0: the next loop head calls perdure_poll(). */
extern PERDURE_HIDDEN volatile unsigned char perdure_poll_requested;

/* What a suspended function waits for. */
enum {
  PERDURE_SITE_CALL = 1,          /* a function of the module; target: its index */
  PERDURE_SITE_CALL_INDIRECT = 2, /* through a table; target: the type's index */
  PERDURE_SITE_IMPORT = 3,        /* a host call, issued again on resume; target: its index */
  PERDURE_SITE_POLL = 4           /* a loop head; target: 0 */
};

/* Kinds of live value beyond the value types of the binary format. */
enum {
  /* A caught exception kept for rethrow. In this process: wasm_rt_tag_t, uint32_t size, `size`
   * bytes of values. In the state the tag is its index. */
  PERDURE_LIVE_EXCEPTION = 0x40
};

/* A live value and its place in the function: a local (parameters first), or the operand stack slot
 * at a depth, or a caught exception by the depth of its label. */
enum { PERDURE_PLACE_LOCAL = 0, PERDURE_PLACE_STACK = 1, PERDURE_PLACE_CATCH = 2 };
typedef struct perdure_live {
  uint8_t place; /* PERDURE_PLACE_... */
  uint8_t type;  /* PERDURE_I32 ... PERDURE_EXTERNREF, or PERDURE_LIVE_EXCEPTION */
  uint32_t index;
} perdure_live;

/* Where a value is on its way between a variable and a frame: every place of a function has a slot,
 * large enough for every type; of an exception its tag, size and address. */
typedef struct perdure_slot {
  uint64_t words[4];
} perdure_slot;

/* The slots of a function: locals from 0, and from here on */
typedef struct perdure_places {
  uint32_t stack;  /* operands by depth */
  uint32_t caught; /* exceptions by depth */
} perdure_places;

typedef struct perdure_site {
  uint32_t function; /* index of the function that contains it */
  /* Among the call and call_indirect (return_call ...) instructions of the function, in the order
   * of the bytecode; for a poll, among its `loop` instructions. */
  uint32_t ordinal;
  uint8_t kind; /* PERDURE_SITE_... */
  uint32_t target;
  uint32_t live_begin, live_count; /* in perdure_capture::live */
  /* Of a call: the resume form calls the callee's resume form itself, because it is in the body of
   * a `try`. 0: perdure_take_frame() does it. */
  uint8_t is_in_try;
} perdure_site;

/* Everything the runtime must know of a program's rewritten code; perdure_program::capture. */
typedef struct perdure_capture {
  uint32_t site_count;
  const perdure_site* sites; /* ordered by (function, kind is poll, ordinal) */
  /* The live values of all sites; equal lists share one range. Each list is ordered by place and
   * index, no place occurs twice in it, exceptions come last. */
  const perdure_live* live;
  /* Per function, or NULL where no frame of it can exist: RESULT (*)(void* instance). */
  const wasm_rt_function_ptr_t* resume;
  uint32_t tag_count;
  const wasm_rt_tag_t* tags; /* by tag index */
  uint8_t polls;             /* 0: its loop heads do not poll */
  perdure_slot* slots;
  const perdure_places* places; /* per function */
  /* Calls the resume form of the next frame and keeps its result for the form that called it. */
  void (*resume_next)(void* instance);
} perdure_capture;

/* perdure_take_frame(): the frame has been captured again. */
#define PERDURE_CAPTURED UINT32_MAX

/* Moves one live value between a variable and a frame or its slot. The variable may be volatile, a
 * frame is not aligned. */
#define PERDURE_PUT(frame, offset, type, variable)                      \
  do {                                                                  \
    const type value_ = (variable);                                     \
    __builtin_memcpy((char*)(frame) + (offset), &value_, sizeof(type)); \
  } while (0)
#define PERDURE_TAKE(frame, offset, type, variable)                           \
  do {                                                                        \
    type value_;                                                              \
    __builtin_memcpy(&value_, (const char*)(frame) + (offset), sizeof(type)); \
    (variable) = value_;                                                      \
  } while (0)

/* Room for the values of a frame of `site`, which the caller fills at once. Ends the run with a
 * call-stack-exhausted trap if there is no memory for it. Only while perdure_capturing. */
PERDURE_HIDDEN PERDURE_COLD void* perdure_push_frame(uint32_t site, uint32_t bytes);

/* The next frame, outermost first: sets *site, returns its values (valid until the next pop). The
 * frames were verified before the first was popped: the site lies in the asking function. */
PERDURE_HIDDEN const void* perdure_pop_frame(uint32_t* site);

/* The function whose frame is next, and its resume form. */
PERDURE_HIDDEN uint32_t perdure_next_function(void);
PERDURE_HIDDEN wasm_rt_function_ptr_t perdure_next_resume(void);

/* perdure_push_frame() with the values of `site` from the slots. */
PERDURE_HIDDEN PERDURE_COLD void perdure_pack_frame(const perdure_capture* capture, uint32_t site);

/* perdure_pop_frame() for a resume form. If the frame waits for a call, first resumes that, unless
 * is_in_try. Then the frame's values are in the slots and its site is returned; or
 * PERDURE_CAPTURED: the stack is being handed over once more, and the caller returns. An exception
 * in a slot is valid until the next pop. */
PERDURE_HIDDEN PERDURE_COLD uint32_t perdure_take_frame(const perdure_capture* capture,
                                                        void* instance);

/* At a loop head with perdure_poll_requested. Returns with perdure_capturing set (the caller pushes
 * its frame and returns) or not (it goes on). */
PERDURE_HIDDEN PERDURE_COLD void perdure_poll(void* instance);

/* ---- What generated code defines for itself (app.capture.c) ---- */

/* perdure_capture::slots. */
extern PERDURE_HIDDEN perdure_slot perdure_slots[];
/* perdure_pack_frame() and perdure_take_frame() of the program's table. */
PERDURE_HIDDEN PERDURE_COLD void perdure_save(uint32_t site);
PERDURE_HIDDEN PERDURE_COLD uint32_t perdure_enter(void* instance);
/* perdure_poll(), then perdure_capturing. The loop it is called in keeps its values in registers,
 * as if there were no call. */
PERDURE_HIDDEN PERDURE_COLD PERDURE_KEEPS_REGISTERS int perdure_polled(void* instance);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PERDURE_CAPTURE_H_ */
