#!/bin/sh
# Usage: test.sh PROGRAM
set -eu
program=$1
PERDURE_STATE=$(mktemp -d)/state.db
export PERDURE_STATE
trap 'rm -rf "$(dirname "$PERDURE_STATE")"' EXIT

"$program" set 42
[ "$("$program" get)" = 42 ]
[ "$("$program" increment)" = 43 ]
[ "$("$program" get)" = 43 ]
# An i32 wraps around as the module says.
"$program" set 2147483647
[ "$("$program" increment)" = -2147483648 ]
echo "counter-rust: all as expected"
