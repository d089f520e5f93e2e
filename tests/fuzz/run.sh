#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: run.sh FUZZER SECONDS DIRECTORY CORPUS...
# Fuzzes for so long.  What widens the coverage goes to DIRECTORY/found, what
# fails to DIRECTORY/failed; the corpus is only read.  A failure ends with 1: by
# itself libFuzzer takes 77, which to meson means that a test was skipped.
set -eu
fuzzer=$1
seconds=$2
directory=$3
shift 3
mkdir -p "$directory/found" "$directory/failed"
exec "$fuzzer" -max_total_time="$seconds" -artifact_prefix="$directory/failed/" \
    -timeout=60 -rss_limit_mb=3000 -max_len=16384 -close_fd_mask=3 \
    -detect_leaks=0 -seed="${FUZZ_SEED:-0}" -error_exitcode=1 -print_final_stats=1 \
    "$directory/found" "$@"
