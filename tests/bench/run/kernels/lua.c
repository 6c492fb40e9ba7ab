/* Lua 5.4 and a script, as one unit: an interpreter's dispatch loop, tables, strings, its
 * collector. */
#include "kernel.h"
#include "lua_unit.h"
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
