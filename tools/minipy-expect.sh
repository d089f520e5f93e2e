#!/bin/sh
# SPDX-License-Identifier: MIT
# Compares the stored outputs of minipy's tests with what the system's python3
# prints; with --write, makes them anew.
set -e
tests=$(dirname "$0")/../tests/minipy
python3 "$tests/run.py" --reference "$@" python3
python3 "$tests/run.py" --reference --directory="$tests/work" "$@" python3
python3 "$tests/run.py" --reference --directory="$tests/work" --small "$@" \
  python3
