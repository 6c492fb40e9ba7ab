#!/usr/bin/env bash
# Plays core tests under CTest: spec.sh RUNNER FOLDER quick|all [RUNNER OPTION...]
#
# `quick` is a choice of small files that between them use memories, tables, globals, references,
# traps, linking and vectors. The folder is not part of the repository: without it there is nothing
# to play.
set -euo pipefail

runner=$1 folder=$2 choice=$3
shift 3
if [[ ! -d $folder ]]; then
  echo "PERDURE_SKIP: no core tests in $folder"
  exit 0
fi
if [[ -n ${PERDURE_CC:-} ]] && ! command -v "$PERDURE_CC" >/dev/null; then
  echo "PERDURE_SKIP: no $PERDURE_CC"
  exit 0
fi
files=("$folder")
if [[ $choice == quick ]]; then
  files=()
  for name in align bulk call_indirect fac float_misc func global i32 linking memory_init ref_func \
    simd_f32x4_rounding simd_f64x2_rounding simd_lane start table_fill table_set \
    unreached-invalid; do
    [[ ! -r $folder/$name.wast ]] || files+=("$folder/$name.wast")
  done
fi
exec "$runner" "${files[@]}" "$@"
