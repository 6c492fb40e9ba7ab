// What the system says about an open file, in the words of preview1.
#pragma once

#include <sys/stat.h>

#include "rtlib/wasi/host_record.h"
#include "rtlib/wasi/layout.h"

namespace perdure::wasi {

Filetype FiletypeOf(mode_t mode);

// kUnknown and a zero identity for what cannot be asked (fd -1).
Filetype FiletypeOfFd(int fd);
FileIdentity IdentityOf(int fd);

}  // namespace perdure::wasi
