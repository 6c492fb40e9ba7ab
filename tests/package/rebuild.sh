#!/usr/bin/env bash
# A changed module makes a changed program.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

# A path with a blank, as a check of quoting in between.
cp -r "$source_folder" "$work/a project"
configure "$work/a project" "$work/a project/build"
"$cmake" --build "$work/a project/build"
program="$work/a project/build/counter"
export PERDURE_STATE=$work/state.db
[[ $("$program" increment) == 1 ]] || fail "the first increment"

sleep 0.01 # file times have to differ
sed -i 's/(i32.const 0)) (i64.const 1))/(i32.const 0)) (i64.const 5))/' \
  "$work/a project/counter.wat"
"$cmake" --build "$work/a project/build"
rm -f "$PERDURE_STATE"*
[[ $("$program" increment) == 5 ]] || fail "the program was not built again"
