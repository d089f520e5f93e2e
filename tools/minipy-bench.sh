#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: sh tools/minipy-bench.sh [--rounds N] [--check] [PROGRAM...]
#
# The programs of tests/minipy/programs with minipy, built without assertions in
# build/bench-minipy, and with the system's python3: CPU time and ratios.  With
# --check it fails if minipy takes more than 3 times as long, or on binary_trees
# longer at all.
set -eu

case ${1-} in
-h | --help)
    sed -n '3,9s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/tools/packages.sh"
need_to_build
install_missing

cd "$top"
configure build/bench-minipy --buildtype=debugoptimized -Db_ndebug=true \
    -Dtests=disabled -Dexamples=enabled >/dev/null
ninja -C build/bench-minipy examples/minipy/minipy >/dev/null
exec python3 tests/minipy/bench.py \
    build/bench-minipy/examples/minipy/minipy "$@"
