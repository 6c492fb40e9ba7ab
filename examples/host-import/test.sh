#!/bin/sh
# Usage: test.sh PROGRAM. Each call is another process.
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
run() { "$program" "$@" | tr '\n' ' '; }

before=$(date +%s)
expect 'the first entry' "$(run enter)" 'entered 0 '
after=$(date +%s)
first=$("$program" when 0)
if [ "$first" -lt "${before}000" ] || [ "$first" -gt "${after}999" ]; then
  echo "when: $first is not between $before and $after seconds"
  exit 1
fi
"$program" enter >/dev/null
expect 'entries' "$(run entries)" '2 '
expect 'the first entry is kept' "$(run when 1)" "$first "
expect 'the host writes into memory' "$(run greet)" 'hello from the host 19 '

# A range outside the memory is a trap; its event is rolled back and prints nothing.
status=0
output=$("$program" mislead 2>/dev/null) || status=$?
expect 'status of mislead' "$status" 134
expect 'output of mislead' "$output" ''
expect 'entries after the trap' "$(run entries)" '2 '
echo "host-import: all as expected"
