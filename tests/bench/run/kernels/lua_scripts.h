/* What Lua runs in the benchmarks. */
#pragma once

static const char kFib[] =
    "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end\n"
    "return fib(32)";

static const char kNbody[] =
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

static const char kStrings[] =
    "local t, n = {}, 0\n"
    "for i = 1, 60000 do\n"
    "  t[#t + 1] = string.format('%d:%s', i * 7919 % 10007, ('x'):rep(i % 11)) end\n"
    "table.sort(t)\n"
    "local s = table.concat(t, ' ')\n"
    "for w in s:gmatch('%d+') do n = (n * 31 + #w + tonumber(w)) % 1000000007 end\n"
    "return n + #s:gsub('x', 'yy')";
