#!/usr/bin/env bash
# Builds a project that uses the package, runs its tests, and builds again: then nothing is to be
# done.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

if [[ $(basename "$source_folder") == counter-rust ]]; then
  log=$(configure "$source_folder" "$work/build" 2>&1) || {
    printf '%s\n' "$log"
    [[ $log == *"no rustc with the target"* ]] || fail "configuring"
    echo "SKIPPED: no rustc with the target wasm32-unknown-unknown (./dev setup --rust installs it)"
    exit 77
  }
else
  configure "$source_folder" "$work/build"
fi
"$cmake" --build "$work/build"
(cd "$work/build" && "$(dirname "$cmake")/ctest" --output-on-failure --no-tests=error)

touch "$work/stamp"
"$cmake" --build "$work/build"
again=$(find "$work/build" -newer "$work/stamp" \
  \( -perm -100 -type f -o -name '*.a' -o -name '*.o' \))
[[ -z $again ]] || fail "the second build made again: $again"
