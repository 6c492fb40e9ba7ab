/* What resume forms (perdure/capture.h) use beyond what both forms do. */
#ifndef PERDURE_RESUME_H_
#define PERDURE_RESUME_H_

#include <stdint.h>

#include "perdure/capture.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of a resume form that keeps variables in a struct, its home: `slots` is how many members have 8
 * bytes, how many behind them have 4, and the slot of each. Between them and their slots. */
PERDURE_HIDDEN PERDURE_COLD void perdure_put_home(const perdure_capture* capture, const void* home,
                                                  const uint32_t* slots);
PERDURE_HIDDEN PERDURE_COLD void perdure_take_home(const perdure_capture* capture, void* home,
                                                   const uint32_t* slots);

/* ---- What generated code defines for itself (app.capture.c) ---- */

/* perdure_save() behind perdure_put_home(), perdure_enter() before perdure_take_home(). */
PERDURE_HIDDEN PERDURE_COLD void perdure_save_home(uint32_t site, const void* home,
                                                   const uint32_t* slots);
PERDURE_HIDDEN PERDURE_COLD uint32_t perdure_enter_home(void* instance, void* home,
                                                        const uint32_t* slots);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PERDURE_RESUME_H_ */
