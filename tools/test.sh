#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: sh tools/test.sh [SUITE...]
#
#   --plain      every test, in ./build (what is run without arguments)
#   --clang      the same, built with clang
#   --sanitize   the same, under AddressSanitizer (which looks for uses of a
#                stack frame after its return) and UndefinedBehaviorSanitizer
#   --tsan       the tests with threads, under ThreadSanitizer
#   --fuzz       each fuzz target for a minute, side by side, with clang and
#                under both sanitizers
#   --count      the instructions of the hot paths, with callgrind (bench.sh
#                --check): one test
#   --valgrind   the tests of the public interface, under memcheck
#   --all        all but --valgrind
#
# Warnings are errors.  Packages that are missing are installed with apt-get.
# The last line counts what passed and failed, and tells nothing else; the exit
# status is 0 only if nothing failed.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/tools/packages.sh"

suites=
for argument; do
    case $argument in
    --plain | --clang | --sanitize | --tsan | --fuzz | --count | --valgrind)
        suites="$suites ${argument#--}"
        ;;
    --all) suites="plain clang sanitize tsan fuzz count" ;;
    -h | --help)
        sed -n '3,19s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
    *)
        echo "$0: what is $argument? See --help." >&2
        exit 2
        ;;
    esac
done

need_to_build
need_to_test
install_missing

cd "$top"
passed=0
failed=0

# build DIRECTORY [MESON OPTION...]: of it, $targets, or all.
build() {
    # shellcheck disable=SC2086 # names
    configure "$@" -Dtests=enabled -Dexamples=enabled -Dwerror=true &&
        ninja -C "$1" $targets
}

# run_suite NAME DIRECTORY [MESON OPTION...]: of its tests, $tests, or all.
run_suite() {
    name=$1
    directory=$2
    shift
    echo "== $name: building in $directory"
    if build "$@"; then
        # shellcheck disable=SC2086 # names and options
        meson test -C "$directory" --no-rebuild --print-errorlogs $tests \
            </dev/null || true
        # shellcheck disable=SC2046 # three numbers
        set -- $(python3 tools/count.py "$directory/meson-logs/$log.json")
    else
        set -- 0 1 0 # what fails to build is one failure
    fi
    passed=$((passed + $1))
    failed=$((failed + $2))
    echo "== $name: $1 passed, $2 failed, $3 skipped"
}

for suite in ${suites:-plain}; do
    targets=
    tests=
    log=testlog
    case $suite in
    plain)
        run_suite plain build
        ;;
    clang)
        run_suite clang build/clang --native-file tools/clang.ini
        ;;
    sanitize)
        run_suite sanitize build/sanitize -Db_sanitize=address,undefined \
            -Db_lundef=false
        ;;
    tsan)
        tests='--suite threads'
        run_suite tsan build/tsan --native-file tools/clang.ini \
            -Db_sanitize=thread -Db_lundef=false
        ;;
    fuzz)
        # The same beginning each time; tools/fuzz.sh goes elsewhere.
        FUZZ_SEED=1
        export FUZZ_SEED
        targets="tests/fuzz/fuzz_program tests/fuzz/fuzz_arena"
        targets="$targets tests/fuzz/fuzz_trace tests/fuzz/fuzz_minipy"
        tests="--num-processes 4 --suite fuzz"
        run_suite fuzz build/fuzz --native-file tools/clang.ini -Dfuzz=true \
            -Db_sanitize=address,undefined -Db_lundef=false
        ;;
    count)
        echo "== count: instructions of the hot paths"
        if sh tools/bench.sh --check; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
        fi
        ;;
    valgrind)
        tests="--setup valgrind --suite memcheck"
        log=testlog-valgrind
        run_suite valgrind build/valgrind
        ;;
    esac
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
