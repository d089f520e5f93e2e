#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: sh tools/coverage.sh
#
# Runs the tests on a build that counts which lines of src/ they execute, in
# ./build/coverage, and prints for each file how many are and which are not.
# Fails if fewer than 95 % are.  docs/testing.md explains those that stay.
# Packages that are missing are installed with apt-get.
set -eu

case ${1-} in
-h | --help)
    sed -n '3,8s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/tools/packages.sh"
need_to_build
need_to_test
need gcovr has gcovr
install_missing

cd "$top"
build=build/coverage
configure $build -Db_coverage=true -Dtests=enabled -Dexamples=enabled >&2
ninja -C $build >&2
find $build -name '*.gcda' -delete
meson test -C $build --no-rebuild --print-errorlogs </dev/null >&2
gcovr --root . --filter 'src/' --fail-under-line 95 $build
