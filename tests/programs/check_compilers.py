#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Build a test program with the library's sources in many ways, and run each.

What a compiler does with registers and frames decides whether a stack scan
finds everything (BS1, BS2, BS5), so one build proves little.  All sources go
into one compilation, with and without link-time optimisation.

usage: check_compilers.py {registers|sanitizers} PROGRAM INCLUDE SOURCE...
Compilers that are missing are skipped, and named; with none left the exit
status is 77, which meson calls a skip.
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

COMMON = ["-std=c11", "-D_GNU_SOURCE", "-fvisibility=hidden", "-w", "-pthread"]


def register_builds():
    for compiler in ("gcc", "clang"):
        for level in ("-O0", "-O1", "-O2", "-O3"):
            yield [compiler, level, "-fomit-frame-pointer"]
        yield [compiler, "-O2", "-fno-omit-frame-pointer"]
        yield [compiler, "-O2", "-flto", "-fomit-frame-pointer"]
        yield [compiler, "-O3", "-flto", "-fomit-frame-pointer"]


def sanitizer_builds():
    for level in ("-O0", "-O1", "-O2"):
        yield ["clang", level, "-fsanitize=address"]
        yield ["clang", level, "-fsanitize=safe-stack"]
    for level in ("-O0", "-O2"):
        yield ["gcc", level, "-fsanitize=address"]


def links(build):
    """Whether this compiler with these flags makes any program at all."""
    if shutil.which(build[0]) is None:
        return False
    with tempfile.TemporaryDirectory() as directory:
        source = pathlib.Path(directory, "empty.c")
        source.write_text("int main(void) { return 0; }\n")
        command = build + [str(source), "-o", directory + "/empty"]
        return subprocess.run(command, capture_output=True).returncode == 0


def build_and_run(build, program, include, sources, directory):
    binary = directory + "/" + "".join(c if c.isalnum() else "_"
                                       for c in " ".join(build))
    command = build + COMMON + ["-I", include, "-o", binary, program] + sources
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode != 0:
        return "does not build\n" + made.stderr[-4000:]
    options = "detect_stack_use_after_return=1"
    run = subprocess.run([binary], capture_output=True, text=True, timeout=300,
                         env=dict(os.environ, ASAN_OPTIONS=options))
    if run.returncode != 0:
        return "exit status %d\n%s%s" % (run.returncode, run.stdout[-4000:],
                                         run.stderr[-4000:])
    return None


def main():
    mode, program, include, *sources = sys.argv[1:]
    wanted = list(register_builds() if mode == "registers"
                  else sanitizer_builds())
    builds = [build for build in wanted if links(build)]
    for build in wanted:
        if build not in builds:
            print("skipped:", " ".join(build))
    failed = 0
    with tempfile.TemporaryDirectory() as directory, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda build: build_and_run(
            build, program, include, sources, directory), builds)
        for build, problem in zip(builds, results):
            print("%s: %s" % (" ".join(build), problem or "ok"), flush=True)
            failed += problem is not None
    if not builds:
        return 77
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
