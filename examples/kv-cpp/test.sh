#!/bin/sh
# Usage: test.sh PROGRAM. Each call is another process.
set -eu
program=$1
here=$(dirname "$0")
PERDURE_STATE=$(mktemp -d)/state.db
export PERDURE_STATE
trap 'rm -rf "$(dirname "$PERDURE_STATE")"' EXIT

kv() { sh "$here/kv.sh" "$program" "$@" | tr '\n' ' '; }
expect() {
  [ "$2" = "$3" ] || {
    echo "$1: expected '$3', got '$2'"
    exit 1
  }
}

expect 'a new store is empty' "$(kv list)" '0 '
expect 'put' "$(kv put pear green)" '1 '
expect 'put' "$(kv put apple red)" '2 '
expect 'get' "$(kv get apple)" 'red 1 '
expect 'get of nothing' "$(kv get plum)" '0 '
expect 'append' "$(kv append apple -cheeked)" '11 '
for _ in 1 2 3 4 5; do kv append pear -and-red >/dev/null; done
expect 'long values' "$(kv list)" \
  'apple = red-cheeked pear = green-and-red-and-red-and-red-and-red-and-red 2 '
expect 'erase' "$(kv erase pear)" '1 '
expect 'list' "$(kv list)" 'apple = red-cheeked 1 '
echo "kv-cpp: all as expected"
