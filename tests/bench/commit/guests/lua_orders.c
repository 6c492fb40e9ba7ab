/* Lua with orders in tables and JSON in strings, its collector at work. Lua's own sources come from
 * elsewhere (-I). */
#include "lua_unit.h"
#include "no_imports.h"
#include "trace.h"

static const char kScript[] =
    "local orders, first, last, seed = {}, 1, 0, 42\n"
    "local function random(n) seed = (seed * 16807) % 2147483647; return seed % n + 1 end\n"
    "local function json(o)\n"
    "  local lines = {}\n"
    "  for i = 1, #o.lines do\n"
    "    lines[i] = string.format('{\"sku\":%d,\"n\":%d}', o.lines[i].sku, o.lines[i].n) end\n"
    "  return string.format('{\"id\":%d,\"who\":\"%s\",\"total\":%d,\"lines\":[%s]}',\n"
    "    o.id, o.who, o.total, table.concat(lines, ',')) end\n"
    "local function add()\n"
    "  last = last + 1\n"
    "  local o = {id = last, who = 'customer ' .. random(5000), total = 0, lines = {}}\n"
    "  for i = 1, 1 + last % 4 do\n"
    "    local line = {sku = random(100000), n = random(9)}\n"
    "    o.lines[i] = line; o.total = o.total + line.n * (line.sku % 97) end\n"
    "  o.json = json(o); orders[last] = o end\n"
    "function setup() for i = 1, 38000 do add() end end\n"
    "function event(number)\n"
    "  local sum = number\n"
    "  add()\n"
    "  orders[first] = nil; first = first + 1\n"
    "  for i = 1, 3 do\n"
    "    local o = orders[first + random(last - first) - 1]\n"
    "    o.total = o.total + 1; o.json = json(o); sum = sum + #o.json end\n"
    "  return sum end\n";

static lua_State* state;

static int64_t Call(const char* name, int64_t argument) {
  lua_getglobal(state, name);
  lua_pushinteger(state, argument);
  lua_callk(state, 1, 1, 0, NULL);
  const int64_t result = lua_tointegerx(state, -1, NULL);
  lua_settop(state, 0);
  return result;
}

void setup(void) {
  state = luaL_newstate();
  luaL_requiref(state, "_G", luaopen_base, 1);
  luaL_requiref(state, "string", luaopen_string, 1);
  luaL_requiref(state, "table", luaopen_table, 1);
  lua_settop(state, 0);
  if (luaL_loadstring(state, kScript) != LUA_OK) abort();
  lua_callk(state, 0, 0, 0, NULL);
  Call("setup", 0);
}

int64_t event(int64_t number) { return Call("event", number); }
