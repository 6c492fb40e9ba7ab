/* Lua 5.4 as a part of the unit that includes this. Lua's own sources come from elsewhere (-I).
 * Errors abort: wasi-libc of Debian has no setjmp. */
#pragma once

#include <stdlib.h>

#define LUA_CORE
#define LUA_LIB
#define luai_likely(x) (__builtin_expect(((x) != 0), 1))
#define luai_unlikely(x) (__builtin_expect(((x) != 0), 0))
#define LUAI_THROW(L, c) abort()
#define LUAI_TRY(L, c, a) {a}
#define luai_jmpbuf int
#define l_signalT int
/* Where quicksort of large arrays begins would depend on the time of day. */
#define l_randomizePivot() 0u

#include "lprefix.h"

#include "luaconf.h"
/* One unit, as Lua's own onelua.c makes it: everything is static. */
#undef LUAI_FUNC
#undef LUAI_DDEC
#undef LUAI_DDEF
#undef LUA_API
#undef LUALIB_API
#undef LUAMOD_API
#define LUAI_FUNC static
#define LUAI_DDEC(def)
#define LUAI_DDEF static
#define LUA_API static
#define LUALIB_API static
#define LUAMOD_API static

/* In the order in which they declare what they need. */
/* clang-format off */
#include "lzio.c"
#include "lctype.c"
#include "lopcodes.c"
#include "lmem.c"
#include "lundump.c"
#include "ldump.c"
#include "lstate.c"
#include "lgc.c"
#include "llex.c"
#include "lcode.c"
#include "lparser.c"
#include "ldebug.c"
#include "lfunc.c"
#include "lobject.c"
#include "ltm.c"
#include "lstring.c"
#include "ltable.c"
#include "ldo.c"
#include "lvm.c"
#include "lapi.c"

#include "lauxlib.c"
#include "lbaselib.c"
#include "lmathlib.c"
#include "lstrlib.c"
#include "ltablib.c"
/* clang-format on */
