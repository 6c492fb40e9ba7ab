#include "rtlib/wasi/errno.h"

#include <cerrno>

namespace perdure::wasi {
namespace {

struct Pair {
  int system;
  Errno wasi;
};

// EOPNOTSUPP and EWOULDBLOCK are other spellings of ENOTSUP and EAGAIN here.
static_assert(EOPNOTSUPP == ENOTSUP && EWOULDBLOCK == EAGAIN);

// Every errno of preview1 but notcapable, which no system has.
constexpr Pair kPairs[] = {
    {E2BIG, Errno::k2Big},
    {EACCES, Errno::kAcces},
    {EADDRINUSE, Errno::kAddrinuse},
    {EADDRNOTAVAIL, Errno::kAddrnotavail},
    {EAFNOSUPPORT, Errno::kAfnosupport},
    {EAGAIN, Errno::kAgain},
    {EALREADY, Errno::kAlready},
    {EBADF, Errno::kBadf},
    {EBADMSG, Errno::kBadmsg},
    {EBUSY, Errno::kBusy},
    {ECANCELED, Errno::kCanceled},
    {ECHILD, Errno::kChild},
    {ECONNABORTED, Errno::kConnaborted},
    {ECONNREFUSED, Errno::kConnrefused},
    {ECONNRESET, Errno::kConnreset},
    {EDEADLK, Errno::kDeadlk},
    {EDESTADDRREQ, Errno::kDestaddrreq},
    {EDOM, Errno::kDom},
    {EDQUOT, Errno::kDquot},
    {EEXIST, Errno::kExist},
    {EFAULT, Errno::kFault},
    {EFBIG, Errno::kFbig},
    {EHOSTUNREACH, Errno::kHostunreach},
    {EIDRM, Errno::kIdrm},
    {EILSEQ, Errno::kIlseq},
    {EINPROGRESS, Errno::kInprogress},
    {EINTR, Errno::kIntr},
    {EINVAL, Errno::kInval},
    {EIO, Errno::kIo},
    {EISCONN, Errno::kIsconn},
    {EISDIR, Errno::kIsdir},
    {ELOOP, Errno::kLoop},
    {EMFILE, Errno::kMfile},
    {EMLINK, Errno::kMlink},
    {EMSGSIZE, Errno::kMsgsize},
    {EMULTIHOP, Errno::kMultihop},
    {ENAMETOOLONG, Errno::kNametoolong},
    {ENETDOWN, Errno::kNetdown},
    {ENETRESET, Errno::kNetreset},
    {ENETUNREACH, Errno::kNetunreach},
    {ENFILE, Errno::kNfile},
    {ENOBUFS, Errno::kNobufs},
    {ENODEV, Errno::kNodev},
    {ENOENT, Errno::kNoent},
    {ENOEXEC, Errno::kNoexec},
    {ENOLCK, Errno::kNolck},
    {ENOLINK, Errno::kNolink},
    {ENOMEM, Errno::kNomem},
    {ENOMSG, Errno::kNomsg},
    {ENOPROTOOPT, Errno::kNoprotoopt},
    {ENOSPC, Errno::kNospc},
    {ENOSYS, Errno::kNosys},
    {ENOTCONN, Errno::kNotconn},
    {ENOTDIR, Errno::kNotdir},
    {ENOTEMPTY, Errno::kNotempty},
    {ENOTRECOVERABLE, Errno::kNotrecoverable},
    {ENOTSOCK, Errno::kNotsock},
    {ENOTSUP, Errno::kNotsup},
    {ENOTTY, Errno::kNotty},
    {ENXIO, Errno::kNxio},
    {EOVERFLOW, Errno::kOverflow},
    {EOWNERDEAD, Errno::kOwnerdead},
    {EPERM, Errno::kPerm},
    {EPIPE, Errno::kPipe},
    {EPROTO, Errno::kProto},
    {EPROTONOSUPPORT, Errno::kProtonosupport},
    {EPROTOTYPE, Errno::kPrototype},
    {ERANGE, Errno::kRange},
    {EROFS, Errno::kRofs},
    {ESPIPE, Errno::kSpipe},
    {ESRCH, Errno::kSrch},
    {ESTALE, Errno::kStale},
    {ETIMEDOUT, Errno::kTimedout},
    {ETXTBSY, Errno::kTxtbsy},
    {EXDEV, Errno::kXdev},
};

}  // namespace

Errno ErrnoFromSystem(int error) {
  for (const Pair& pair : kPairs) {
    if (pair.system == error) return pair.wasi;
  }
  return Errno::kIo;
}

}  // namespace perdure::wasi
