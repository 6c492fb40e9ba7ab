#!/bin/sh
# Usage: kv.sh PROGRAM FUNCTION [WORD...]: calls an export with words of up to 8 characters.
set -eu
program=$1 function=$2
shift 2
for word in "$@"; do
  [ "${#word}" -le 8 ] || {
    echo "kv.sh: '$word' has more than 8 characters" >&2
    exit 2
  }
  # The first character in the lowest byte: the hexadecimal digits from the last character on.
  hex=$(printf %s "$word" | od -An -v -tx1 | tr -d '\n' |
    awk '{ for (i = NF; i > 0; i--) printf "%s", $i }')
  shift
  set -- "$@" "0x${hex:-0}"
done
exec "$program" "$function" "$@"
