#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: sh tools/fuzz.sh [SECONDS [TARGET...]]
#
# Fuzzes each target (program, arena, trace, minipy: all, if none is named) for
# so many seconds, an hour if not said, side by side, with clang's libFuzzer under
# AddressSanitizer and UndefinedBehaviorSanitizer.  It begins
# with the corpus of tests/fuzz/corpus and with what earlier runs found.
#
# An input that fails is left in build/fuzz/tests/fuzz/TARGET/failed; try it with
#
#   build/fuzz/tests/fuzz/fuzz_TARGET FILE
#
# and make it a test: a file of tests/fuzz/corpus/TARGET is replayed in every run
# of the tests.  The exit status is 0 only if nothing failed.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/tools/packages.sh"
case ${1:-} in
-h | --help)
    sed -n '3,17s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
seconds=${1:-3600}
[ $# = 0 ] || shift
[ $# != 0 ] || set -- program arena trace minipy

need_to_build
need_to_test
install_missing

cd "$top"
configure build/fuzz --native-file tools/clang.ini -Dfuzz=true \
    -Db_sanitize=address,undefined -Db_lundef=false -Dtests=enabled \
    -Dexamples=enabled
fuzzers=
for target; do
    fuzzers="$fuzzers tests/fuzz/fuzz_$target"
done
# shellcheck disable=SC2086 # names
ninja -C build/fuzz $fuzzers

processes=
for target; do
    corpus=tests/fuzz/corpus/$target
    case $target in
    trace) corpus=tests/traces ;;
    minipy) corpus="$corpus tests/minipy" ;;
    esac
    # shellcheck disable=SC2086 # directories without spaces
    sh tests/fuzz/run.sh "build/fuzz/tests/fuzz/fuzz_$target" "$seconds" \
        "build/fuzz/tests/fuzz/$target" $corpus \
        >"build/fuzz/$target.log" 2>&1 &
    processes="$processes $!"
done

failed=0
for process in $processes; do
    wait "$process" || failed=$((failed + 1))
done
for target; do
    echo "$target: $(grep -E '^(stat::number_of_executed_units|SUMMARY)' \
        "build/fuzz/$target.log" | tr -s ' \n' ' ')"
done
echo "$failed of $# targets failed"
[ "$failed" = 0 ]
