#!/usr/bin/env bash
# The package without CMake: the library project's main.cc, compiled with what pkg-config says.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
compiler=$(pkg-config --variable=compiler perdure)
"$compiler" build "$source_folder/counter.wat" \
  --emit=static-lib --name=counter -o "$work/libcounter.a"
read -ra cflags < <(pkg-config --cflags perdure)
read -ra libs < <(pkg-config --libs perdure)
read -ra ldflags <<<"${LDFLAGS:-}" # of a sanitizer preset
g++ -std=c++20 "${cflags[@]}" -I"$work" "$source_folder/main.cc" "$work/libcounter.a" "${libs[@]}" \
  "${ldflags[@]}" -o "$work/main"
"$work/main" "$work/state.db" 1
"$work/main" "$work/state.db" 2
