#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: sh tools/minipy-expect.sh [--write]
#
# Runs the scripts of minipy's tests with the system's python3, and fails if one
# does not print what is stored.  With --write it stores what they print.
set -eu
tests=$(dirname "$0")/../tests/minipy
failed=0
for where in "$tests" "$tests/programs"; do
    for size in '' --small; do
        python3 "$tests/run.py" --reference --directory="$where" $size "$@" \
            python3 || failed=$?
    done
done
exit "$failed"
