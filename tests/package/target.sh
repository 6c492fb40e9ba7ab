#!/usr/bin/env bash
# Cross-compiling, with this machine as the other one: the runtime alone is built and installed,
# goes into lib/TRIPLE of a prefix with a compiler, and a project finds the one and runs the other.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

clang=$(command -v clang-19 || command -v clang) || {
  echo "PERDURE_SKIP: --target needs clang"
  exit 77
}
triple=$("$clang" -dumpmachine)
repository=$(cd "$(dirname "$0")/../.." && pwd)

"$cmake" -S "$repository" -B "$work/runtime" -G "$generator" -DPERDURE_RUNTIME_ONLY=ON \
  -DCMAKE_BUILD_TYPE=Release
"$cmake" --build "$work/runtime"
"$cmake" --install "$work/runtime" --prefix "$work/theirs"
[[ ! -e $work/theirs/bin ]] || fail "the runtime alone has a compiler"

cp -a "$prefix" "$work/ours"
! "$work/ours/bin/perdure" build "$source_folder/counter.wat" --target="$triple" --cc="$clang" \
  -o "$work/early" 2>"$work/refusal" || fail "built without a runtime for $triple"
grep -q "lib/$triple/libperdure_rt.a" "$work/refusal" || fail "$(cat "$work/refusal")"
mkdir "$work/ours/lib/$triple"
mv "$work"/theirs/lib/libperdure_*.a "$work/ours/lib/$triple"
"$work/ours/bin/perdure" build "$source_folder/counter.wat" --target="$triple" --cc="$clang" \
  -o "$work/counter"
"$work/counter" --perdure-state="$work/state.db" increment
[[ $("$work/counter" --perdure-state="$work/state.db" increment) == 2 ]] || fail "no state"

cp "$work/ours/lib/$triple"/*.a "$work/theirs/lib"
prefix=$work/theirs
! configure "$source_folder" "$work/none" >"$work/refusal" 2>&1 || fail "found without a compiler"
"$cmake" -S "$source_folder" -B "$work/build" -G "$generator" -DCMAKE_PREFIX_PATH="$prefix" \
  -DPERDURE_COMPILER_EXECUTABLE="$work/ours/bin/perdure"
"$cmake" --build "$work/build"
XDG_STATE_HOME=$work/state "$work/build/counter" increment
