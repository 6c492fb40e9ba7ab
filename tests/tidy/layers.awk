# Which folder may include which. The layers, highest first:
#
#   rtlib     entry > engine > {state, track, wasi} > abi > base
#   compiler  cli > driver > {emit, rewrite, link} > {analysis, wasm2c} > frontend > diag
#   sqlite    the Store interface of rtlib/engine, and rtlib/base
#
# The public headers (rtlib/include) are below everything. Tests may include what they test.
BEGIN {
  split("rtlib/base rtlib/abi rtlib/track rtlib/state rtlib/wasi rtlib/engine rtlib/entry " \
        "compiler/diag compiler/frontend compiler/analysis compiler/wasm2c compiler/link " \
        "compiler/rewrite " \
        "compiler/emit compiler/driver compiler/cli sqlite", names, " ")
  for (i in names) is_layer[names[i]] = 1

  below["rtlib/include"] = ""
  below["rtlib/base"] = ""
  below["rtlib/abi"] = "rtlib/base"
  below["rtlib/track"] = "rtlib/base rtlib/abi"
  below["rtlib/state"] = "rtlib/base rtlib/abi"
  below["rtlib/wasi"] = "rtlib/base rtlib/abi"
  below["rtlib/engine"] = "rtlib/base rtlib/abi rtlib/track rtlib/state rtlib/wasi"
  below["rtlib/entry"] = below["rtlib/engine"] " rtlib/engine"
  below["compiler/diag"] = "rtlib/base"
  below["compiler/frontend"] = "rtlib/base compiler/diag"
  below["compiler/analysis"] = below["compiler/frontend"] " compiler/frontend"
  below["compiler/link"] = below["compiler/analysis"] " compiler/analysis"
  below["compiler/wasm2c"] = below["compiler/frontend"] " compiler/frontend"
  below["compiler/rewrite"] = below["compiler/analysis"] " compiler/analysis compiler/wasm2c"
  below["compiler/emit"] = below["compiler/rewrite"]
  below["compiler/driver"] = below["compiler/emit"] " compiler/emit compiler/rewrite compiler/link"
  below["compiler/cli"] = below["compiler/driver"] " compiler/driver"
  below["sqlite"] = "rtlib/base rtlib/engine/store.h rtlib/engine/store_kind.h"

  # Third-party header -> the only places that may know it.
  only["^wabt/"] = "compiler/frontend/"
  only["^sqlite3"] = "sqlite/ tests/"
  only["^boost/"] = "compiler/cli/"
  only["^nlohmann/"] = "compiler/ tests/"
  only["^xxh"] = "rtlib/base/hash.cc"
  only["^lz4"] = "rtlib/base/compress.cc"
  # What makes every built program bigger or may throw.
  only["^(iostream|sstream|fstream|iomanip|regex|format|filesystem|stdexcept)$"] = "compiler/ tests/"
}

function report(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }
function starts_with(text, prefix) { return substr(text, 1, length(prefix)) == prefix }

# True if `path` is in one of the blank-separated folders or is one of the files.
function listed(path, list,    parts, n, i) {
  n = split(list, parts, " ")
  for (i = 1; i <= n; i++) {
    if (path == parts[i] || starts_with(path, parts[i] "/")) return 1
    if (parts[i] ~ /\/$/ && starts_with(path, parts[i])) return 1
  }
  return 0
}

function layer_of(path,    parts) {
  split(path, parts, "/")
  return parts[1] == "sqlite" ? "sqlite" : parts[1] "/" parts[2]
}

FNR == 1 {
  layer = layer_of(FILENAME)
  check_once()
  once_wanted = FILENAME ~ /\.h$/
  once_file = FILENAME
  once_seen = 0
}
# A header that C reads as well has a guard instead.
/^#pragma once$/ || /^#ifndef [A-Z0-9_]+_H_$/ { once_seen = 1 }

match($0, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]+[>"]/) {
  header = $0
  sub(/^[^<"]*[<"]/, "", header)
  sub(/[>"].*$/, "", header)
  quoted = $0 ~ /include[ \t]*"/

  for (pattern in only)
    if (header ~ pattern && !listed(FILENAME, only[pattern]))
      report("only " only[pattern] " may include <" header ">")

  if (header ~ /(^|\/)\.\.?\//) report("include \"" header "\" is not relative to the root")
  else if (quoted && header !~ /\// && header !~ /^wasm-rt(-exceptions)?\.h$/ && FILENAME !~ /^tests\//)
    report("include \"" header "\" is not relative to the root")

  target = layer_of(header)
  if (is_layer[target] && FILENAME !~ /^tests\// && target != layer && !listed(header, below[layer]))
    report(layer " may not include " header)
}

function check_once() {
  if (once_wanted && !once_seen) printf "%s:1: header without #pragma once or a guard\n", once_file
}
END { check_once() }
