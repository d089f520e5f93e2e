#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: bench.py [--rounds N] [--check] [--slack X] MINIPY [PROGRAM...]

CPU time of the programs of tests/minipy/programs with minipy and with the
python3 that runs this, without the time to start.  Both take turns, and the best
of N rounds (3) counts.  --check fails if minipy takes more than 3 times as long,
or on binary_trees longer at all; --slack multiplies these limits.
"""

import argparse
import os
import resource
import subprocess
import sys

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")
LIMITS = {"binary_trees": 1.0}
LIMIT = 3.0


def cpu_time(command):
    """User and system time, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def best(commands, rounds):
    times = [[cpu_time(command) for command in commands] for _ in range(rounds)]
    return [min(column) for column in zip(*times)]


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[0][len("usage: ") :])
    parser.add_argument("minipy")
    parser.add_argument("programs", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--slack", type=float, default=1.0)
    options = parser.parse_args()
    version = ".".join(map(str, sys.version_info[:3]))
    if options.check and sys.version_info[:2] != (3, 11):
        print(f"the limits are relative to Python 3.11, not {version}")
        sys.exit(77)
    interpreters = [[options.minipy], [sys.executable, "-I"]]
    starts = best([command + ["-c", "pass"] for command in interpreters], 5)
    programs = options.programs or sorted(
        name[: -len(".py")] for name in os.listdir(PROGRAMS) if name.endswith(".py")
    )
    print(f"seconds of CPU      minipy  Python {version}  ratio  limit")
    slow = []
    for program in programs:
        path = os.path.join(PROGRAMS, program + ".py")
        commands = [command + [path] for command in interpreters]
        mine, theirs = (
            max(spent - start, 0.001)
            for spent, start in zip(best(commands, options.rounds), starts)
        )
        limit = LIMITS.get(program, LIMIT) * options.slack
        note = ""
        if mine > limit * theirs:
            slow.append(program)
            note = "  too slow"
        print(
            f"{program:18} {mine:7.3f} {theirs:14.3f} {mine / theirs:6.2f} {limit:6.1f}"
            + note,
            flush=True,
        )
    print(f"{'start':18} {starts[0]:7.3f} {starts[1]:14.3f}")
    sys.exit(options.check and bool(slow))


if __name__ == "__main__":
    main()
