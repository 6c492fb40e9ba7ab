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

"$program" deposit 1 100
"$program" transfer 1 2 30
expect 'from' "$("$program" balance 1)" 70
expect 'to' "$("$program" balance 2)" 30
expect 'movements' "$("$program" movements)" 3
expect 'total, from the memory of the other module' "$("$program" total)" 100

# Account 2 has been credited and the journal written when account 1 turns out to be overdrawn.
status=0
"$program" transfer 1 2 500 2>/dev/null || status=$?
expect 'status of a trap' "$status" 134
expect 'to after the trap' "$("$program" balance 2)" 30
expect 'movements after the trap' "$("$program" movements)" 3
expect 'total after the trap' "$("$program" total)" 100
echo "bank: all as expected"
