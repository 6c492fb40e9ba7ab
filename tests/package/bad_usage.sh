#!/usr/bin/env bash
# A wrong call of the functions stops the configuration with a message that names the mistake.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

# rejects CALL MESSAGE
rejects() {
  local log
  if log=$("$cmake" -S "$source_folder" -B "$work/build" -G "$generator" \
    -DCMAKE_PREFIX_PATH="$prefix" "-DCALL=$1" 2>&1); then
    fail "accepted: $1"
  fi
  # CMake wraps its messages.
  log=$(tr -s ' \n' ' ' <<<"$log")
  [[ $log == *"$2"* ]] || fail "$1: expected '$2' in: $log"
}

rejects 'perdure_add_executable(a)' 'perdure_add_executable(a): WASM <module> is missing'
rejects 'perdure_add_executable(a WASM)' 'perdure_add_executable(a): no value for: WASM'
rejects 'perdure_add_library(a MODULE WASM a.wasm)' \
  'perdure_add_library(a): unknown arguments: MODULE'
rejects 'perdure_add_library(a WASM a.wasm STATIC SHARED)' \
  'perdure_add_library(a): STATIC and SHARED exclude each other'
rejects 'perdure_add_executable(a WASM a.wasm)
perdure_add_executable(a WASM a.wasm)' 'there is a target of this name already'

# A package of another version is not taken.
if log=$("$cmake" -S "$source_folder" -B "$work/other" -G "$generator" \
  -DCMAKE_PREFIX_PATH="$prefix" -DWANTED=9.9 2>&1); then
  fail "version 9.9 was found"
fi
[[ $log == *'9.9'* ]] || fail "the message does not name the wanted version: $log"
