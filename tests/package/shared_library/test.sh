#!/usr/bin/env bash
# Usage: test.sh MAIN BOTH LOADER COUNTER NOISE NOISY NOISIER: programs that link or load shared
# libraries.
set -euo pipefail
main=$1 both=$2 loader=$3 counter=$4 noise=$5 noisy=$6 noisier=$7
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}

"$main" "$folder/linked" 1
"$main" "$folder/linked" 2

refusal=$("$both" "$folder/both") || fail "both: $refusal"
[[ $refusal == *'is in another shared library than the runtime'* ]] || fail "both: $refusal"

# Two runtimes in one process, each with a fault of the guest's to catch.
c=("$counter" counter "--perdure-state=$folder/loaded.c")
n=("$noise" noise "--perdure-state=$folder/loaded.n")
output=$("$loader" "${c[@]}" increment -- "${n[@]}" louder -- "${c[@]}" increment -- \
  "${n[@]}" break -- "${n[@]}" get 2>"$folder/errors") || fail "$output $(cat "$folder/errors")"
[[ $output == $'1\n= 0\nnoise 10\n10\n= 0\n2\n= 0\n= 134\n10\n= 0' ]] || fail "loader: $output"
grep -q 'out of bounds' "$folder/errors" || fail "loader: $(cat "$folder/errors")"

# A shared host library calls back into the program, or into the library, that wants it.
output=$("$noisy" "--perdure-state=$folder/noisy" louder) || fail "noisy: $output"
[[ $output == $'noise 10\n10' ]] || fail "noisy: $output"
output=$("$loader" "$noisier" noisier "--perdure-state=$folder/noisier" louder) ||
  fail "noisier: $output"
[[ $output == $'noise 10\n10\n= 0' ]] || fail "noisier: $output"

# Nothing else is shown, and nothing is wanted but the C library.
host='view|try_view|memory_size|output|trap|program_name|host_data'
shown=$(nm -D --defined-only "$noise" | awk '$2 != "A" { print $3 }' |
  grep -Ev -e "^perdure_(noise_program|main|sqlite_store|$host)@" \
    -e '^_ZNK?7perdure(8Instance|15OpenSqlite)' || true)
[[ -z $shown ]] || fail "the library shows: $shown"
! nm -DC --defined-only "$noise" | grep -F 'Instance::Impl::' || fail "the library shows its inside"
needed=$(objdump -p "$noise" | awk '$1 == "NEEDED" { print $2 }' |
  grep -Ev '^(libc|libm|ld-linux.*)\.so' || true)
[[ -z $needed ]] || fail "the library needs: $needed"
echo "shared-library: all as expected"
