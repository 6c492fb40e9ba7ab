#!/usr/bin/env bash
# Runs one golden case and compares what came out with what the case says.
#
#   run_case.sh CASE.txt       compare; shows the difference and exits with 1 if there is one
#   PERDURE_UPDATE_GOLDEN=1    rewrite the case instead
#
# A case is a text file:
#
#   # comment lines, kept
#   # needs: wasm2c            skipped, loudly, where there is no usable wasm2c
#   $ COMMAND                  run by bash in an empty folder; `perdure` is the compiler under test
#   | its standard output
#   ! its standard error
#   [exit 1]                   unless 0
#
# $MODULES is tests/modules, $ROOT the repository. The version reads VERSION in the output.
set -u

case_file=$(realpath "$1") || exit 1
: "${PERDURE:?the compiler under test}" "${ROOT:?the root of the repository}"
export ROOT MODULES=$ROOT/tests/modules
PATH=$(dirname "$PERDURE"):$PATH
export PATH LC_ALL=C TERM=dumb
unset NO_COLOR CLICOLOR_FORCE PERDURE_CC TMPDIR
[[ -n ${CFLAGS:-} ]] || unset CC # flags (a sanitizer preset's) are for the compiler they came with

if grep -q '^# needs: wasm2c' "$case_file" && ! "$PERDURE" doctor | grep -q '^ok *wasm2c'; then
  echo "SKIPPED: $(basename "$case_file") needs wasm2c, and there is no usable one" >&2
  exit 77
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/work"
cd "$scratch/work" || exit 1
version=$("$PERDURE" version)
version=${version#perdure }

sanitise() {
  sed -e "s|$MODULES|MODULES|g; s|$ROOT|ROOT|g; s|$scratch/work|WORK|g" \
    -e "s|${version//./\\.}|VERSION|g"
}

actual=$scratch/actual
: >"$actual"
while IFS= read -r line || [[ -n $line ]]; do
  case $line in
    '#'*) printf '%s\n' "$line" >>"$actual" ;;
    '$ '*)
      printf '%s\n' "$line" >>"$actual"
      bash -c "${line#\$ }" </dev/null >"$scratch/out" 2>"$scratch/err"
      status=$?
      sanitise <"$scratch/out" | sed -e 's/^/| /; s/ *$//' >>"$actual"
      sanitise <"$scratch/err" | sed -e 's/^/! /; s/ *$//' >>"$actual"
      if ((status != 0)); then printf '[exit %d]\n' "$status" >>"$actual"; fi
      ;;
  esac
done <"$case_file"

if [[ -n ${PERDURE_UPDATE_GOLDEN:-} ]]; then
  cp "$actual" "$case_file"
  exit 0
fi
diff -u "$case_file" "$actual" || {
  echo "run with PERDURE_UPDATE_GOLDEN=1 to accept the new output" >&2
  exit 1
}
