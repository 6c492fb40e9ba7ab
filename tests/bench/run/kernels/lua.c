/* Lua 5.4 and a script, as one unit: an interpreter's dispatch loop, tables, strings, its
 * collector. */
#include "kernel.h"
#include "lua_unit.h"
#include "no_imports.h"

#include "lua_scripts.h"

static int64_t RunScript(const char* script) {
  lua_State* state = luaL_newstate();
  luaL_requiref(state, "_G", luaopen_base, 1);
  luaL_requiref(state, "math", luaopen_math, 1);
  luaL_requiref(state, "string", luaopen_string, 1);
  luaL_requiref(state, "table", luaopen_table, 1);
  lua_settop(state, 0);
  if (luaL_loadstring(state, script) != LUA_OK) return -1;
  lua_callk(state, 0, 1, 0, NULL);
  const int64_t result = lua_tointegerx(state, -1, NULL);
  lua_close(state);
  return result;
}

#if defined(SCRIPT_fib)
int64_t run(void) { return RunScript(kFib); }
#elif defined(SCRIPT_nbody)
int64_t run(void) { return RunScript(kNbody); }
#else
int64_t run(void) { return RunScript(kStrings); }
#endif
