#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: compare.sh EXPECTED PROGRAM [ARGUMENT...]
# Fails unless the program succeeds and prints what EXPECTED holds.
set -eu
expected=$1
shift
printed=$("$@" && echo .)
printf '%s' "${printed%.}" | diff "$expected" -
