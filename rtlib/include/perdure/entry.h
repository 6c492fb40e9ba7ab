/* The main program of a compiled module: what `perdure build --emit=exe` calls from its generated
 * main().
 *
 *     #include <perdure/entry.h>
 *     #include <perdure/sqlite.h>
 *     int main(int argc, char** argv) {
 *       return perdure_main(argc, argv, &perdure_app_program, &perdure_sqlite_store);
 *     }
 */
#ifndef PERDURE_ENTRY_H_
#define PERDURE_ENTRY_H_

#include "perdure/api.h"
#include "perdure/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A kind of store: opaque here, defined in rtlib/engine/store_kind.h. */
typedef struct perdure_store_kind perdure_store_kind;

/* Runs the command line argv against the program's state and returns the process's exit status
 * (docs/reference/exit-codes.md). Ignores SIGPIPE from then on. Call it once, from the main thread.
 */
PERDURE_API int perdure_main(int argc, char** argv, const perdure_program* program,
                             const perdure_store_kind* store);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PERDURE_ENTRY_H_ */
