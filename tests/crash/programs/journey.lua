-- A long computation that is killed all the time (kill_run_test.cc): for every line of its input it
-- does something of everything that a Lua program can be in the middle of, and prints a line.
-- Nothing of it depends on time, addresses or the order of a table.

local function checksum(text)
  local sum = 5381
  for i = 1, #text do sum = (sum * 33 + text:byte(i)) % 4294967296 end
  return sum
end

local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end

local function risky(n)
  if n % 7 == 0 then error({ code = n }) end
  if n % 3 == 0 then error("three " .. n, 0) end
  return n * n
end

-- Errors through several protected calls, with a handler that itself computes.
local function guarded(n)
  local ok, result = xpcall(function()
    local inner, why = pcall(risky, n)
    if not inner then error(why) end
    return why + fib(n % 10)
  end, function(why)
    return "caught " .. (type(why) == "table" and "code " .. why.code or tostring(why)) .. " " .. fib(8)
  end)
  return tostring(ok) .. " " .. tostring(result)
end

local function permutations(list)
  return coroutine.wrap(function()
    local function permute(n)
      if n == 0 then coroutine.yield(table.concat(list)) return end
      for i = 1, n do
        list[n], list[i] = list[i], list[n]
        permute(n - 1)
        list[n], list[i] = list[i], list[n]
      end
    end
    permute(#list)
  end)
end

local Account = {}
Account.__index = Account
Account.__add = function(a, b) return setmetatable({ balance = a.balance + b.balance }, Account) end
Account.__tostring = function(a) return "<" .. a.balance .. ">" end

-- A coroutine that lives as long as the program and holds values in its stack.
local log = coroutine.create(function(first)
  local history, total = {}, 0
  while true do
    total = total + #first
    history[#history + 1] = first
    if #history > 20 then table.remove(history, 1) end
    first = coroutine.yield(total, checksum(table.concat(history, "|")))
  end
end)

local sum = setmetatable({ balance = 0 }, Account)
local seen, step = {}, 0
for line in io.lines() do
  step = step + 1
  local words = {}
  for word in line:gmatch("%a+") do words[#words + 1] = word end
  table.sort(words, function(a, b)  -- called from C
    local x, y = checksum(a), checksum(b)
    return x < y or (x == y and a < b)
  end)
  local upper = line:gsub("%a+", function(word)
    seen[word] = (seen[word] or 0) + 1
    return word:sub(1, 1):upper() .. word:sub(2) .. seen[word]
  end)
  local count, last = 0, nil
  for permutation in permutations({ "a", "b", "c", "d", "e" }) do
    count = count + 1
    if count % 40 == step % 40 then last = permutation end
  end
  sum = sum + setmetatable({ balance = step }, Account)
  local _, total, history = coroutine.resume(log, line)
  io.write(step, "\t", upper, "\t", words[1] or "-", "\t", guarded(step), "\t", tostring(last), "\t",
           tostring(sum), "\t", total, "\t", history, "\n")
  if step % 3 == 0 then io.flush() end
  if step % 50 == 0 then collectgarbage() end
end
local names = {}
for name in pairs(seen) do names[#names + 1] = name end
table.sort(names)
for _, name in ipairs(names) do io.write(name, "=", seen[name], " ") end
print("done after " .. step)
os.exit(7)
