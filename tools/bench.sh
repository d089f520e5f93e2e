#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: sh tools/bench.sh [OPTION...]
#
# Measures libwgc beside Debian's libgc, the C library's malloc and mimalloc, all
# in the same minutes, and shows medians, ratios and targets.  Writes the results
# to build/bench/results (JSON, Markdown, SVG).
#
#   --quick            smaller sizes, about two minutes
#   --only W1,W3       these workloads
#   --rounds N         how often each is run; 5, or 3 with --quick
#   --scale X          multiplies all sizes
#   --adapters A,B     of wgc, libgc, malloc, mimalloc
#   --out DIRECTORY    where to write
#   --document FILE    put the table into this file, the pictures beside it
#   --instructions     count instructions of the hot paths with callgrind instead
#   --check            count those inside libwgc, and compare them with the stored
#                      ones; fails if one grew
#   --store            store them
#
# Packages that are missing are installed with apt-get.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/tools/packages.sh"
BENCH_ARGUMENTS=$*
export BENCH_ARGUMENTS

has_header() {
    echo "#include <$1>" | "${CC:-cc}" -E -
}

peers=yes
valgrind=
for argument; do
    case $argument in
    -h | --help)
        sed -n '3,21s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
    --instructions) valgrind=yes ;;
    --check | --store)
        valgrind=yes
        peers=
        ;;
    esac
done

need_to_build
need python3 has python3
target=tests/bench/hotpaths
if [ -n "$peers" ]; then
    need pkg-config has pkg-config
    need libgc-dev pkg-config --exists bdw-gc
    need libmimalloc-dev has_header mimalloc.h
    need gnuplot-nox has gnuplot
    target=benchmarks
fi
if [ -n "$valgrind" ]; then
    need valgrind has valgrind
fi
install_missing

cd "$top"
# -O2, as Debian builds the peers; and without assertions.
configure build/bench --buildtype=debugoptimized -Db_ndebug=true \
    -Dbenchmarks=enabled -Dexamples=disabled >/dev/null
ninja -C build/bench $target >build/bench/build.log || {
    cat build/bench/build.log >&2
    exit 1
}

exec python3 tests/bench/run.py --programs build/bench/tests/bench \
    --out build/bench/results "$@"
