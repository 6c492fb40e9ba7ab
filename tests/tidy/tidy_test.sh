#!/usr/bin/env bash
# Each rule of tidy.sh finds its sample, and a clean tree gives no finding.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
  printf 'FAILED: %s\n' "$*"
  failures=$((failures + 1))
}

# A tree without findings, outside any git repository.
fresh_tree() {
  rm -rf "$work/tree"
  mkdir -p "$work"/tree/{rtlib/{base,abi,engine,state,include/perdure},compiler/{frontend,emit,cli},sqlite}
  printf '#pragma once\n\nint Add(int a, int b);\n' >"$work/tree/rtlib/base/add.h"
  printf '#include "rtlib/base/add.h"\n\nint Add(int a, int b) { return a + b; }\n' \
    >"$work/tree/rtlib/base/add.cc"
  printf '#include <wabt/ir.h>\n' >"$work/tree/compiler/frontend/read.cc"
  printf '#include <sqlite3.h>\n\n#include "rtlib/engine/store.h"\n' >"$work/tree/sqlite/store.cc"
}

# finds MESSAGE FILE TEXT: with TEXT in FILE, tidy.sh fails and prints `FILE: ...MESSAGE`.
finds() {
  local message=$1 file=$2 text=$3 output
  fresh_tree
  mkdir -p "$(dirname "$work/tree/$file")"
  printf '%b' "$text" >"$work/tree/$file"
  if output=$(GIT_CEILING_DIRECTORIES=$work bash "$here/tidy.sh" "$work/tree" 2>&1); then
    fail "'$message': no finding in $file"
  elif ! grep -qF -- "$message" <<<"$output"; then
    fail "'$message' expected, got: $output"
  elif (($(wc -l <<<"$output") != 1)); then
    fail "'$message': more than one finding: $output"
  fi
}

# accepts FILE TEXT: no finding.
accepts() {
  local output
  fresh_tree
  mkdir -p "$(dirname "$work/tree/$1")"
  printf '%b' "$2" >"$work/tree/$1"
  output=$(GIT_CEILING_DIRECTORIES=$work bash "$here/tidy.sh" "$work/tree" 2>&1) ||
    fail "accepts $1: $output"
}

repeat() { for ((i = 0; i < $1; i++)); do printf '%s\\n' "$2"; done; }

accepts rtlib/abi/a.cc '#include "rtlib/base/add.h"\n#include "perdure/status.h"\n#include <vector>\n'
accepts rtlib/abi/a.cc "int F() {\n$(repeat 67 '  G();')}\n"
accepts rtlib/abi/a.cc "struct T {\n$(repeat 100 '  int a;')};\n\nstatic const int kTable[] = {\n$(repeat 100 '    1,')};\n"
accepts rtlib/abi/a.cc "int F() { return 1; }\n\nclass C {\n$(repeat 100 '  int a;')};\n"
accepts rtlib/abi/a.cc "$(repeat 399 '// x')"
accepts rtlib/abi/a.cc "// A drawing: $(printf '\xe2\x94\x80%.0s' {1..80})\n"
accepts tests/unit/abi/a_test.cc '#include "rtlib/engine/instance.h"\n#include <catch2/catch.hpp>\n'

finds 'rtlib/base may not include rtlib/abi/memory.h' rtlib/base/a.cc '#include "rtlib/abi/memory.h"\n'
finds 'rtlib/state may not include rtlib/track/tracker.h' rtlib/state/a.cc \
  '#include "rtlib/track/tracker.h"\n'
finds 'rtlib/engine may not include sqlite/sqlite_store.h' rtlib/engine/a.cc \
  '#include "sqlite/sqlite_store.h"\n'
finds 'sqlite may not include rtlib/engine/instance.h' sqlite/a.cc '#include "rtlib/engine/instance.h"\n'
finds 'compiler/frontend may not include compiler/emit/emit.h' compiler/frontend/a.cc \
  '#include "compiler/emit/emit.h"\n'
finds 'compiler/cli may not include rtlib/engine/store.h' compiler/cli/a.cc \
  '#include "rtlib/engine/store.h"\n'
finds 'may include <wabt/ir.h>' compiler/emit/a.cc '#include <wabt/ir.h>\n'
finds 'may include <wabt/ir.h>' compiler/emit/a.cc '#include "wabt/ir.h"\n'
finds 'may include <sqlite3.h>' rtlib/engine/a.cc '#include <sqlite3.h>\n'
finds 'may include <boost/program_options.hpp>' rtlib/base/a.cc '#include <boost/program_options.hpp>\n'
finds 'may include <iostream>' rtlib/base/a.cc '#include <iostream>\n'
finds 'may include <xxhash.h>' rtlib/state/a.cc '#include <xxhash.h>\n'
finds 'is not relative to the root' rtlib/base/a.cc '#include "add.h"\n'
finds 'is not relative to the root' rtlib/base/a.cc '#include "../base/add.h"\n'
finds 'header without #pragma once or a guard' rtlib/base/a.h 'int F();\n'
finds 'line is longer than 100 columns' rtlib/base/a.cc "// $(printf 'x%.0s' {1..98})\n"
finds 'trailing white space' rtlib/base/a.cc 'int a; \n'
finds 'tab' rtlib/base/a.cc '\tint a;\n'
finds 'a character outside ASCII' rtlib/base/a.cc 'const char* k = "caf\xc3\xa9";\n'
finds 'an invisible character' rtlib/base/a.cc '// reversed \xe2\x80\xae\n'
finds 'an invisible character' tests/unit/base/a_test.cc 'int a;\xc2\xa0\n'
finds 'marked as unfinished' rtlib/base/a.cc "// $(printf 'TO%s' DO): later\n"
finds 'function of 70 lines' rtlib/base/a.cc "int F() {\n$(repeat 68 '  G();')}\n"
finds 'function of 71 lines' rtlib/base/a.cc "int F(int a,\n      int b) {\n$(repeat 68 '  G();')}\n"
finds 'file of 400 lines' rtlib/base/a.cc "$(repeat 400 '// x')"
finds 'the layout names no such top-level entry' src/a.txt 'x\n'

if ((failures)); then exit 1; fi
echo "tidy_test: every rule found its sample"
