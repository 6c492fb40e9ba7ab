#!/usr/bin/env bash
# Checks the rules of CONTRIBUTING.md that need no compiler:
#
#   - the include graph proves the layers: each folder includes only those below it, and only one folder
#     knows each third-party library (rules in layers.awk);
#   - a source file has fewer than 400 lines, a function fewer than 70 (functions that begin in the first
#     column; clang-tidy finds the others), a line at most 100 columns;
#   - no trailing white space, no tabs, a newline at the end, ASCII in sources;
#   - nothing marked as unfinished;
#   - nothing at the top level that the layout does not name.
#
# Usage: tidy.sh ROOT. Prints `file:line: what` for each finding; exit status 1 if there was one.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${1:?usage: tidy.sh ROOT}"

top_level='CMakeLists.txt|CMakePresets.json|compiler|rtlib|templates|sqlite|examples|tests|docs|dev'
top_level+='|README.md|LICENSE|CONTRIBUTING.md|CHANGELOG.md|SECURITY.md|\..*'

# Files of the project, one a line: what git knows or would add; without git, everything but builds.
list_files() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard | sort -u
  else
    find . \( -name .git -o -path './build*' -o -path ./.cache \) -prune -o -type f -print |
      sed 's|^\./||' | sort
  fi | while IFS= read -r file; do
    # Deleted but not yet committed.
    if [[ -f $file ]]; then printf '%s\n' "$file"; fi
  done
}

files=$(list_files)
[[ -n $files ]] || {
  echo "tidy: no files in $PWD"
  exit 1
}

findings=$(
  cut -d/ -f1 <<<"$files" | sort -u | grep -vxE "$top_level" |
    sed 's|$|: the layout names no such top-level entry|' || true

  sources=$(grep -E '\.(cc|h|c|hpp|sh|cmake|in|sql|awk|wat)$|(^|/)(CMakeLists\.txt|dev|run)$' <<<"$files" || true)
  if [[ -n $sources ]]; then
    tr '\n' '\0' <<<"$sources" | LC_ALL=C xargs -0 awk -f "$here/text.awk"
  fi
  code=$(grep -E '^(compiler|rtlib|sqlite|tests)/.*\.(cc|h|c)$' <<<"$files" || true)
  if [[ -n $code ]]; then
    tr '\n' '\0' <<<"$code" | xargs -0 awk -f "$here/layers.awk"
    tr '\n' '\0' <<<"$code" | xargs -0 awk -f "$here/size.awk"
  fi
)
if [[ -n $findings ]]; then
  printf '%s\n' "$findings"
  exit 1
fi
echo "tidy: $(wc -l <<<"$files") files, nothing to say"
