#!/bin/sh
# Usage: test.sh PROGRAM. Each call is another process; only the state file connects them.
set -eu
program=$1
PERDURE_STATE=$(mktemp -d)/state.db
export PERDURE_STATE
trap 'rm -rf "$(dirname "$PERDURE_STATE")"' EXIT

expect() {
  [ "$2" = "$3" ] || {
    echo "$1: expected '$3', got '$2'"
    exit 1
  }
}

expect 'get of a new state' "$("$program" get)" 0
expect 'set' "$("$program" set 41)" ''
expect 'increment' "$("$program" increment)" 42
expect 'get' "$("$program" get)" 42
expect 'changes' "$("$program" changes)" 2

# A trap rolls its event back.
status=0
"$program" increment_below 43 2>/dev/null || status=$?
expect 'status of a trap' "$status" 134
expect 'get after the trap' "$("$program" get)" 42
expect 'changes after the trap' "$("$program" changes)" 2

expect 'three calls in one process' \
  "$(printf 'increment\nincrement\nget\n' | "$program" - | tr '\n' ' ')" '43 44 44 '
echo "counter: all as expected"
