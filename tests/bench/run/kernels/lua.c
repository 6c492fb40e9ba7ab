/* Lua 5.4 and a script, as one unit: an interpreter's dispatch loop, tables, strings, its
 * collector. Lua's own sources come from elsewhere (-I). Errors abort: wasi-libc of Debian has no
 * setjmp. */
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

#include "kernel.h"
#include "no_imports.h"

#if defined(SCRIPT_fib)
static const char kScript[] =
    "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end\n"
    "return fib(32)";
#elif defined(SCRIPT_nbody)
static const char kScript[] =
    "local b = {}\n"
    "for i = 1, 5 do b[i] = {x = i * 1.1, y = i * 0.7 - 2, z = 3 / i, vx = 0.01 * i,\n"
    "  vy = 0.02 / i, vz = -0.01, m = 10 / (i * i)} end\n"
    "for step = 1, 50000 do\n"
    "  for i = 1, 5 do local p = b[i]\n"
    "    for j = i + 1, 5 do local q = b[j]\n"
    "      local dx, dy, dz = p.x - q.x, p.y - q.y, p.z - q.z\n"
    "      local d = math.sqrt(dx * dx + dy * dy + dz * dz + 0.1)\n"
    "      local mag = 0.001 / (d * d * d)\n"
    "      p.vx = p.vx - dx * q.m * mag; p.vy = p.vy - dy * q.m * mag\n"
    "      p.vz = p.vz - dz * q.m * mag; q.vx = q.vx + dx * p.m * mag\n"
    "      q.vy = q.vy + dy * p.m * mag; q.vz = q.vz + dz * p.m * mag\n"
    "    end end\n"
    "  for i = 1, 5 do local p = b[i]\n"
    "    p.x = p.x + 0.001 * p.vx; p.y = p.y + 0.001 * p.vy; p.z = p.z + 0.001 * p.vz end\n"
    "end\n"
    "return math.floor(b[1].x * 1e9)";
#else
static const char kScript[] =
    "local t, n = {}, 0\n"
    "for i = 1, 60000 do\n"
    "  t[#t + 1] = string.format('%d:%s', i * 7919 % 10007, ('x'):rep(i % 11)) end\n"
    "table.sort(t)\n"
    "local s = table.concat(t, ' ')\n"
    "for w in s:gmatch('%d+') do n = (n * 31 + #w + tonumber(w)) % 1000000007 end\n"
    "return n + #s:gsub('x', 'yy')";
#endif

int64_t run(void) {
  lua_State* state = luaL_newstate();
  luaL_requiref(state, "_G", luaopen_base, 1);
  luaL_requiref(state, "math", luaopen_math, 1);
  luaL_requiref(state, "string", luaopen_string, 1);
  luaL_requiref(state, "table", luaopen_table, 1);
  lua_settop(state, 0);
  if (luaL_loadstring(state, kScript) != LUA_OK) return -1;
  lua_callk(state, 0, 1, 0, NULL);
  const int64_t result = lua_tointegerx(state, -1, NULL);
  lua_close(state);
  return result;
}
