#!/usr/bin/env bash
# Builds a project that uses the package, runs its tests, and builds again: then nothing is to be
# done.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

# What may not be there is asked for when a project is configured, and named.
log=$(configure "$source_folder" "$work/build" 2>&1) || {
  printf '%s\n' "$log"
  case $log in
    *'no rustc with the target'*)
      echo "SKIPPED: no rustc with wasm32-unknown-unknown (./dev setup --rust installs it)"
      ;;
    *'cannot be had here'*)
      echo "SKIPPED: $(sed -n 's/^ *\(the source of .* cannot be had here\).*/\1/p' <<<"$log")"
      ;;
    *) fail "configuring" ;;
  esac
  exit 77
}
printf '%s\n' "$log"
"$cmake" --build "$work/build"
(cd "$work/build" && "$(dirname "$cmake")/ctest" --output-on-failure --no-tests=error)

touch "$work/stamp"
"$cmake" --build "$work/build"
again=$(find "$work/build" -newer "$work/stamp" \
  \( -perm -100 -type f -o -name '*.a' -o -name '*.o' \))
[[ -z $again ]] || fail "the second build made again: $again"
