# Sourced by the scripts here. Their arguments: SOURCE WORK GENERATOR PREFIX CMAKE.
# shellcheck shell=bash disable=SC2034 # the scripts use these
set -euo pipefail

source_folder=$1 work=$2 generator=$3 prefix=$4 cmake=$5

# No state and no configuration of the person who runs the tests.
unset STATE_DIRECTORY PERDURE_STATE CMAKE_PREFIX_PATH
rm -rf "$work"
mkdir -p "$work"
export XDG_STATE_HOME=$work/state

fail() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}

# configure SOURCE BUILD
configure() {
  "$cmake" -S "$1" -B "$2" -G "$generator" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release
}
