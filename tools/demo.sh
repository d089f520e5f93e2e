#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: sh tools/demo.sh [FILE]
#
# Builds libwgc in ./build.  Shows the script of the README and runs it with
# minipy, an interpreter on libwgc.  Then the symbol table of examples/symbols.c
# reads FILE (by default examples/text.txt) many times over in a small heap.
# Packages that are missing are installed with apt-get.
set -eu

case ${1-} in
-h | --help)
    sed -n '3,8s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
top=$(cd "$(dirname "$0")/.." && pwd)
file=${1-$top/examples/text.txt}
if [ ! -r "$file" ]; then
    echo "$0: cannot read $file" >&2
    exit 1
fi

. "$top/tools/packages.sh"
need_to_build
install_missing

log=$(mktemp)
script=$(mktemp)
trap 'rm -f "$log" "$script"' EXIT
echo "Building in $top/build ..."
if ! { [ -f "$top/build/build.ninja" ] || meson setup "$top/build" "$top"
       ninja -C "$top/build" examples/symbols examples/minipy/minipy
     } >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
python3 "$top/tests/extract.py" python "$top/README.md" >"$script"
cat <<END

minipy, a small Python interpreter whose objects are in a libwgc heap, runs

END
sed 's/^/    /' "$script"
printf '\nand prints\n\n'
"$top/build/examples/minipy/minipy" "$script" >"$log"
sed 's/^/    /' "$log"
cat <<END

A symbol table reads $file 200 times over, in a heap of at most 4 MiB.
It holds its symbols weakly, so those that nobody uses any more vanish, and
those of the glossary (nine letters and more) and of the last 64 words stay.

END
"$top/build/examples/symbols" "$file" --report
cat <<END

  words     words read
  made      symbols made for them: words that were not in the table
  vanished  symbols that were collected, and left the table
  in use    symbols in the table, of which the next cycle may take some
  alloc     KiB allocated since the beginning
  heap      KiB taken from the system
  cycles    collections, which the heap started by itself
  stopped   how long they stopped the program, altogether; longest: one of them
END
