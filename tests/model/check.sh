#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: check.sh MODEL [-DNAME=VALUE...]
# spin looks at every state of the model; 77, which is to skip, without spin.
set -eu
command -v spin >/dev/null && command -v cc >/dev/null || exit 77
model=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
spin -a "$@" "$model" >spin.log || { cat spin.log; exit 1; }
cc -O2 -w -DSAFETY -DCOLLAPSE -o pan pan.c
./pan -m100000 >pan.log
cat pan.log
grep -q 'errors: 0' pan.log
! grep -qE 'max search depth too small|out of memory' pan.log
