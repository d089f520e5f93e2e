# SPDX-License-Identifier: MIT
"""Instructions of the hot paths, counted with callgrind: beside the peers'
(instructions.c), and libwgc's against what is stored (hotpaths.c)."""

import concurrent.futures
import os
import re
import subprocess
import tempfile

from rows import PATHS, REFERENCE, SUBJECT

WINDOW = 64
LONG = 200_000
WARM_UPS = (0.0001, 0.0003, 0.0005, 0.0007)
TOLERANCE = 0.03


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


# ---- The check ----------------------------------------------------------

LIBRARY = "libwgc"


def inside_library(profile):
    """Instructions that a callgrind profile counts in functions of the
    library itself: not in the C library's, whose memset differs between
    processors."""
    names, inside, callee, total = {}, False, False, 0
    for line in profile.splitlines():
        found = re.match(r"ob=\((\d+)\)(?: (.*))?", line)
        if found:
            names.setdefault(found[1], found[2])
            inside = LIBRARY in names[found[1]]
        elif line.startswith("cob="):
            found = re.match(r"cob=\((\d+)\)(?: (.*))?", line)
            names.setdefault(found[1], found[2])
        elif line.startswith("calls="):
            callee = True
        elif re.match(r"[+\-*\d]", line):
            if inside and not callee:
                total += int(line.split()[-1])
            callee = False
    return total


def count_hot_path(program, path):
    with tempfile.TemporaryDirectory() as directory:
        profile = os.path.join(directory, "profile")
        # An environment of its own: the stack is where it always is.
        subprocess.run(
            ["valgrind", "--tool=callgrind", "--toggle-collect=window",
             f"--callgrind-out-file={profile}", program, path],
            capture_output=True, check=True, env={"PATH": os.defpath})
        with open(profile, encoding="utf-8") as file:
            return inside_library(file.read())


def measure_hot_paths(programs):
    """{path: instructions in the library for each run}"""
    program = os.path.join(programs, "hotpaths")
    listed = subprocess.run([program], capture_output=True, text=True,
                            check=True).stdout
    runs = {name: int(count) for name, count in map(str.split,
                                                    listed.splitlines())}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        counts = pool.map(lambda path: count_hot_path(program, path), runs)
        return {path: round(count / runs[path], 2)
                for path, count in zip(runs, counts)}


def compare(stored, counts):
    """(lines of a table, complaints about paths that became longer)"""
    lines, complaints = [f"{'path':14}{'stored':>10}{'now':>10}"], []
    for path in {**stored, **counts}:
        before, now = stored.get(path), counts.get(path)
        lines.append(f"{path:14}{show(before):>10}{show(now):>10}")
        if before is None:
            complaints.append(f"{path}: nothing is stored")
        elif now is None:
            complaints.append(f"{path}: is not counted any more")
        elif now > before * (1 + TOLERANCE):
            complaints.append(f"{path}: {now} instructions, {before} are "
                              f"stored: {now / before - 1:+.1%}")
    return lines, complaints
