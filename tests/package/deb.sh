#!/usr/bin/env bash
# The .deb, unpacked into a folder and used from there by somebody who is not root: what `./dev
# package` makes, of this build tree. It carries no wasm2c; PERDURE_WASM2C may name one.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

for tool in cpack dpkg-deb setpriv; do
  command -v "$tool" >/dev/null || [[ -x $(dirname "$cmake")/$tool ]] || {
    echo "SKIPPED: no $tool"
    exit 77
  }
done
"$(dirname "$cmake")/cpack" -G DEB --config "$prefix/CPackConfig.cmake" -B "$work/packages"
deb=$(echo "$work"/packages/*.deb)
[[ $(basename "$deb") == perdure_*_"$(dpkg --print-architecture)".deb ]] || fail "the name: $deb"
dpkg-deb -f "$deb" Depends | grep -q 'wabt (>= 1.0.36)' || fail "$(dpkg-deb -f "$deb")"

# Where anybody may look, unlike below a home.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
dpkg-deb -x "$deb" "$scratch/root"
usr=$scratch/root/usr
for file in bin/perdure lib/libperdure_rt.a lib/libperdure_sqlite.a include/perdure/program.h \
  lib/cmake/Perdure/PerdureConfig.cmake lib/pkgconfig/perdure.pc share/man/man1/perdure.1 \
  share/man/man1/perdure-build.1 share/bash-completion/completions/perdure \
  share/zsh/site-functions/_perdure share/fish/vendor_completions.d/perdure.fish \
  share/doc/perdure/LICENSE; do
  [[ -s $usr/$file ]] || fail "the package has no /usr/$file"
done
writable=$(find "$scratch/root" ! -type l -perm /022)
[[ -z $writable ]] || fail "others may write: $writable"
# Nothing of the build tree is known to it.
! grep -rlF "$prefix" "$usr/lib/cmake" "$usr/lib/pkgconfig" || fail "a path of the build tree"
bash -n "$usr/share/bash-completion/completions/perdure" || fail "the completions of bash"

user=()
if ((EUID == 0)); then
  user=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs)
fi
cp -r "$source_folder" "$scratch/project"
mkdir "$scratch/home"
if ((EUID == 0)); then chown 65534:65534 "$scratch/home"; fi
wasm2c=${PERDURE_WASM2C:-$prefix/libexec/perdure/wasm2c}
if [[ -x $wasm2c ]]; then
  # Out of a folder that may be root's alone.
  cp -r "$(dirname "$wasm2c")" "$scratch/wasm2c"
  PERDURE_WASM2C=$scratch/wasm2c/$(basename "$wasm2c")
  export PERDURE_WASM2C
fi
export HOME=$scratch/home CCACHE_DISABLE=1
unset XDG_STATE_HOME
cd "$scratch/home"
as_user() { "${user[@]}" "$@"; }

as_user "$usr/bin/perdure" doctor
as_user "$usr/bin/perdure" build "$scratch/project/counter.wat" -o by_hand
[[ $(as_user ./by_hand increment) == 1 && $(as_user ./by_hand increment) == 2 ]] ||
  fail "the program built by hand"
as_user "$cmake" -S "$scratch/project" -B build -G "$generator" -DCMAKE_PREFIX_PATH="$usr"
as_user "$cmake" --build build
(cd build && as_user "$(dirname "$cmake")/ctest" --output-on-failure --no-tests=error)
