#!/usr/bin/env bash
# Usage: test.sh PROGRAM. A run that is killed again and again ends with the same board as one that
# is not.
set -euo pipefail
program=$1
generations=3000
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$program" --perdure-state="$folder/whole.db" "$generations" >"$folder/whole"

export PERDURE_STATE=$folder/killed.db
kills=0
status=137
while [[ $status == 137 ]]; do
  status=0
  "$program" --perdure-commit=interval:20 "$generations" >>"$folder/killed" &
  pid=$!
  sleep "0.$((RANDOM % 3 + 1))"
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || status=$?
  [[ $status != 137 ]] || kills=$((kills + 1))
done
[[ $status == 0 ]] || {
  echo "expected exit status 0, got $status"
  exit 1
}
# A line that was on its way when the process died may be missing or there twice; none is wrong.
sort -u "$folder/killed" | comm -23 - <(sort -u "$folder/whole") | grep . && {
  echo "lines that the uninterrupted run does not have"
  exit 1
}
[[ $(tail -n 1 "$folder/killed") == "$(tail -n 1 "$folder/whole")" ]] || {
  echo "the boards differ"
  exit 1
}
echo "life: all as expected after $kills kills"
