#!/usr/bin/env bash
# Usage: test.sh PROGRAM. A walk into the cave in which the game is killed after every few steps, on
# a terminal as a player has it: without one, the C library would keep back what the game says.
set -euo pipefail
program=$1
command -v script >/dev/null || {
  echo "SKIPPED: no 'script' (bsdutils) for a terminal to play on"
  exit 77
}
if ! told=$(script -qec true /dev/null 2>&1 </dev/null); then
  echo "SKIPPED: 'script' gets no terminal to play on: $told"
  exit 77
fi
folder=$(mktemp -d)
trap 'crash 2>/dev/null || true; rm -rf "$folder"' EXIT
export PERDURE_STATE=$folder/state.db PROGRAM=$program FOLDER=$folder
kills=0

fail() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}

start() {
  rm -f "$folder"/{in,pid}
  : >"$folder/out"
  mkfifo "$folder/in"
  exec {keyboard}<>"$folder/in"
  # shellcheck disable=SC2016 # script's shell expands these
  script -qec 'stty -echo; echo $$ >"$FOLDER/pid"; exec "$PROGRAM"' /dev/null \
    <"$folder/in" >>"$folder/out" 2>&1 {keyboard}>&- &
  terminal=$!
  until [[ -s $folder/pid ]]; do
    kill -0 "$terminal" 2>/dev/null || fail "the game does not start: $(cat "$folder/out")"
    sleep 0.02
  done
}

crash() {
  kill -KILL "$(cat "$folder/pid")"
  wait "$terminal" || true
  exec {keyboard}>&-
  kills=$((kills + 1))
}

# await TEXT: until the last line that this process has written ends with TEXT. What is seen is
# committed, and the game waits for the next command.
await() {
  until [[ $(tr -d '\r' <"$folder/out") == *"$1" ]]; do
    kill -0 "$terminal" 2>/dev/null ||
      fail "the game ended with '$(cat "$folder/out")', and not with '$1'"
    sleep 0.02
  done
}

# say LINE TEXT: the game's answer ends with TEXT.
say() {
  : >"$folder/out"
  printf '%s\n' "$1" >&"$keyboard"
  await "$2"
}

start
await 'Would you like instructions?'
crash

start
say no 'down a gully.'
say enter 'There is a bottle of water here.'
say 'get lamp' 'OK'
crash

start
say inventory $'following:\nBrass lantern'
say 'get keys' 'OK'
say exit 'end of road again.'
crash

start
say south 'rocky bed.'
say south 'the streambed is bare rock.'
say south 'The grate is locked.'
crash

start
say 'unlock grate' 'The grate is now unlocked.'
say down 'The grate is open.'
say 'light lamp' 'Your lamp is now on.'
crash

start # below the ground, with the lamp lit
say west 'There is a small wicker cage discarded nearby.'
say west 'lies nearby.'
say quit 'Do you really want to quit now?'
crash

start # deep in the call that asks
say no 'OK'
say inventory $'following:\nSet of keys\nBrass lantern'
say off 'It is now pitch dark.  If you proceed you will likely fall into a pit.'
crash

start
say look 'If you proceed you will likely fall into a pit.'
say on 'lies nearby.'
say quit 'Do you really want to quit now?'
printf 'yes\n' >&"$keyboard"
status=0
wait "$terminal" || status=$?
exec {keyboard}>&-
[[ $status == 0 ]] || fail "expected exit status 0, got $status"
[[ $(cat "$folder/out") == *'You scored'* ]] || fail "no score in: $(cat "$folder/out")"

# The game is over: the next start is a new one.
start
await 'Would you like instructions?'
crash
echo "adventure: all as expected after $kills kills"
