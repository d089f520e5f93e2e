# SPDX-License-Identifier: MIT
"""Instructions of the hot paths, counted with callgrind: see instructions.c."""

import json
import os
import re
import subprocess

from rows import PATHS, REFERENCE, SUBJECT

WINDOW = 64
LONG = 200_000
WARM_UPS = (0.0001, 0.0003, 0.0005, 0.0007)
TOLERANCE = 0.03
# Fractions of an instruction are rounding.
SLACK = 0.5


def collected(program, mode, *arguments):
    """What callgrind counts in one window; None if the program cannot."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--toggle-collect=window",
         "--callgrind-out-file=/dev/null", program, mode, *arguments],
        capture_output=True, text=True, check=False)
    if done.returncode == 77:
        return None
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise SystemExit(f"{program} {mode}: {done.stderr}")
    return int(found[1])


def count(program, mode):
    """(fast path, mean with cycles) of a path, in instructions; or None."""
    def both(path):
        short = [collected(program, path, f"--scale={scale}")
                 for scale in WARM_UPS]
        if None in short:
            return None
        return min(short), collected(program, path, f"--scale={WARM_UPS[0]}",
                                     f"--heap={LONG}")

    loop, path = both("nothing"), both(mode)
    if path is None:
        return None
    # "nothing" has a return as well, which belongs to the path.
    fast = (path[0] - loop[0]) / WINDOW + 1
    mean = (path[1] - loop[1]) / LONG + 1
    # The short window marks a whole list: it has no fast path.
    return (None if mode == "mark_link" else round(fast, 2)), round(mean, 2)


def measure(programs, adapters=(SUBJECT, REFERENCE, "mimalloc")):
    """{adapter: {path: [fast, mean]}} of those that were built."""
    counts = {}
    for adapter in adapters:
        program = os.path.join(programs, f"instructions-{adapter}")
        if not os.path.exists(program):
            continue
        counts[adapter] = {}
        for path in PATHS:
            counted = count(program, path)
            if counted:
                counts[adapter][path] = counted
    return counts


def table(counts):
    """Lines of text: fast path / mean, for each adapter."""
    lines = ["Instructions: fast path / mean with everything, cycles included",
             f"{'path':12}" + "".join(f"{a:>18}" for a in counts) + "   target"]
    for path, most in PATHS.items():
        line = f"{path:12}"
        for counted in counts.values():
            fast, mean = counted.get(path, (None, None))
            line += f"{show(fast) + ' / ' + show(mean):>18}"
        lines.append(line + (f"   <= {most}" if most else ""))
    return lines


def show(value):
    return "-" if value is None else f"{value:.1f}"


def compare(stored_file, counts):
    """Complaints about paths of the subject that became longer than stored."""
    with open(stored_file, encoding="utf-8") as file:
        stored = json.load(file)
    complaints = []
    for path, before in stored.items():
        after = counts[SUBJECT].get(path, (None, None))
        for name, old, new in zip(("fast path", "mean"), before, after):
            if old is None:
                continue
            if new is None or new > old * (1 + TOLERANCE) + SLACK:
                complaints.append(f"{path}, {name}: {show(new)} instructions, "
                                  f"{show(old)} are stored")
    return complaints
