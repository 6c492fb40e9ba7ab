#!/usr/bin/env bash
# Usage: test.sh PROGRAM. A session with the interpreter in which it is killed at its prompt after
# every few lines, and once inside a coroutine that waits for a line: nothing is forgotten.
set -euo pipefail
program=$1
folder=$(mktemp -d)
trap 'kill -KILL "${pid:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
export PERDURE_STATE=$folder/state.db
kills=0

fail() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}

# Standard input is a FIFO that stays open, so that Lua waits for what comes next. -i: with prompts,
# as on a terminal.
start() {
  rm -f "$folder/in"
  mkfifo "$folder/in"
  exec {keyboard}<>"$folder/in"
  "$program" -i <"$folder/in" >>"$folder/out" 2>&1 {keyboard}>&- &
  pid=$!
}

crash() {
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null || true
  exec {keyboard}>&-
  kills=$((kills + 1))
}

# await TEXT: until the output of this process ends with TEXT. What is seen is committed, and a
# prompt means that Lua waits for input.
await() {
  until [[ $(cat "$folder/out") == *"$1" ]]; do
    kill -0 "$pid" 2>/dev/null ||
      fail "it ended with '$(cat "$folder/out")', and not with '$1'"
    sleep 0.02
  done
}

# say LINE OUTPUT
say() {
  : >"$folder/out"
  printf '%s\n' "$1" >&"$keyboard"
  await "$2"
}

: >"$folder/out"
start
await '> '
say 'greeting = "hello"' '> '
crash

start
say 'greeting' $'hello\n> '
say 'function twice(x)' '>> '
crash

start # in the middle of a function's text
say 'return x .. x end' '> '
say 'twice(greeting)' $'hellohello\n> '
say 'walk = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)' '> '
say 'walk()' $'1\n> '
crash

start
say 'walk()' $'2\n> '
say 'ask = coroutine.create(function(what) io.write(what, "? "):flush()' '>> '
say '  local line = io.read(); return what .. " is " .. line end)' '> '
say 'pcall(coroutine.resume, ask, "name")' 'name? '
crash

start # inside io.read, inside a coroutine, inside pcall
say 'Ada' $'true\ttrue\tname is Ada\n> '
say 'pcall(error, {code = 7})' $'> '
say 'select(2, pcall(error, {code = 7})).code' $'7\n> '
say 'walk()' $'3\n> '
crash

start
say 'coroutine.status(ask) .. twice("!")' $'dead!!\n> '
printf 'os.exit(5)\n' >&"$keyboard"
status=0
wait "$pid" || status=$?
exec {keyboard}>&-
[[ $status == 5 ]] || fail "expected exit status 5, got $status"

# The run is over: the next start is a new one.
start
await $'> '
say 'greeting' $'nil\n> '
crash
echo "lua: all as expected after $kills kills"
