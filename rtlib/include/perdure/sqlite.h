/* The store that keeps a state in one SQLite file.
 *
 * From C, as the `main` of a built program does:
 *     return perdure_main(argc, argv, &perdure_app_program, &perdure_sqlite_store);
 * From C++:
 *     perdure::Instance::Open(program, options, perdure::OpenSqliteStore);
 *
 * One store owns a file at a time, over all processes: it holds SQLite's own exclusive lock from
 * open to close. Another connection of the same process to the same file, through SQLite or not,
 * must not be opened while a store has it: closing any descriptor of a file drops a process's POSIX
 * locks on it.
 */
#ifndef PERDURE_SQLITE_H_
#define PERDURE_SQLITE_H_

#include "perdure/api.h"

#ifdef __cplusplus
#include <memory>

#include "perdure/instance.h"

namespace perdure {

// Opens the state at options.path, or prepares to create it with the first transaction (a state
// whose first transaction never commits leaves no file). Errors, each a sentence that begins "state
// 'PATH'":
//   kLocked              another process (its pid is named) or another store of this process owns
//   it kInvalidArgument     the path is no state: a directory, another kind of file, another
//   program's file kIncompatible        a newer format kCorrupt             a state, but damaged
//   kIo                  the system said no
//   kResourceExhausted   disk or memory ran out
PERDURE_API Result<std::unique_ptr<Store>> OpenSqliteStore(const StoreOptions& options);

}  // namespace perdure

extern "C" {
#endif

typedef struct perdure_store_kind perdure_store_kind;
extern PERDURE_API const perdure_store_kind perdure_sqlite_store;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PERDURE_SQLITE_H_ */
