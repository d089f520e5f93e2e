#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make random scripts, and compare minipy with python3 on them.

    generate.py [options] MINIPY

A script is a prelude and a list of independent pieces, all from one seed.  A
mismatch is shrunk: pieces are left out as long as the two still differ.  What
remains is printed, and with --keep becomes a script of the suite.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "generator"))
import language  # noqa: E402
import weak  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PROFILES = {"weak": weak.pieces, "language": language.pieces}
REFERENCE_VERSION = (3, 11)
BATCH = 100
ADDRESS = re.compile("0x[0-9a-f]{6,}")

# Starting python3 takes longer than a script, so one process forks for each.
DRIVER = r"""
import gc, math, os, sys, time, weakref
for path in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        break
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with open(path + ".status", "w") as file:
        file.write(str(status))
    del status, file
else:
    sys.exit()
for stream, name in (1, ".out"), (2, ".err"):
    os.dup2(os.open(path + name, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), stream)
sys.argv = [path]
code = compile(open(path, encoding="utf-8").read(), path, "exec")
for name in "child", "stream", "path", "gc", "math", "os", "sys", "time", \
        "weakref":
    globals().pop(name)
del name
exec(globals().pop("code"))
"""


class Result:
    def __init__(self, status, stdout, stderr):
        self.status = status
        self.stdout = stdout
        self.stderr = stderr

    def comparable(self):
        stdout = ADDRESS.sub("0x...", self.stdout)
        return self.status, stdout, sorted(blocks(self.stderr))

    def text(self):
        return f"{self.stdout}[exit status {self.status}]\n{self.stderr}"


def blocks(stderr):
    """Reports, each as text.  Among objects that die together the order in
    which callbacks run is not defined, nor in which frame; and CPython shows no
    source lines once it shuts down."""
    stderr = ADDRESS.sub("0x...", stderr)
    found = [[]]
    skip = ignored = False
    for line in stderr.splitlines():
        frame = re.match(r'  File "(.*)", line \d+(, in (.*))?', line)
        if frame:
            skip = not frame[1].endswith(".py") or "/weakref.py" in frame[1]
            skip |= ignored and frame[3] in ("<module>", "collect")
            line = re.sub('File "[^"]*"', "File", line)
        elif not line.startswith("    "):
            skip = False
            if line.startswith("Exception ignored"):
                found.append([])
                ignored = True
            elif line.startswith("Traceback") and not ignored:
                found.append([])
            elif not line.startswith("Traceback"):
                ignored = False
        if not skip and not (ignored and line.startswith("    ")):
            found[-1].append(line)
    return ["\n".join(block) for block in found if block]


def read(path):
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        return file.read()


def run_reference(options, paths):
    subprocess.run(
        [options.python, "-I", "-W", "ignore", "-X", "utf8", "-c", DRIVER, *paths],
        stdin=subprocess.DEVNULL,
        check=True,
        timeout=10 + 5 * len(paths),
    )
    return [
        Result(*(read(path + what) for what in (".status", ".out", ".err")))
        for path in paths
    ]


def run_minipy(options, path):
    try:
        done = subprocess.run(
            [options.minipy, *options.with_option, path],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
    except subprocess.TimeoutExpired:
        return Result("timeout", "", "")
    decode = lambda text: text.decode("utf-8", "backslashreplace")
    return Result(str(done.returncode), decode(done.stdout), decode(done.stderr))


def compare(options, scripts):
    """Pairs of results that differ, by the scripts' numbers."""
    with tempfile.TemporaryDirectory() as directory:
        paths = []
        for number, script in enumerate(scripts):
            paths.append(os.path.join(directory, f"{number}.py"))
            with open(paths[-1], "w", encoding="utf-8") as file:
                file.write(script)
        pairs = {}
        expected = run_reference(options, paths)
        for number, path in enumerate(paths):
            actual = run_minipy(options, path)
            if actual.comparable() != expected[number].comparable():
                pairs[number] = expected[number], actual
        return pairs


def make(options, seed):
    """The prelude of a script, its pieces, and its end."""
    return PROFILES[options.profile](random.Random(seed), options.features)


def join(prelude, pieces, end):
    return prelude + "".join(pieces) + end


def shrink(options, prelude, pieces, end):
    """Leaves out ever smaller runs of pieces, while the two still differ."""
    size = max(1, len(pieces) // 2)
    while True:
        shorter = [
            pieces[:at] + pieces[at + size :] for at in range(0, len(pieces), size)
        ]
        scripts = [join(prelude, candidate, end) for candidate in shorter]
        found = compare(options, scripts)
        if found:
            pieces = shorter[min(found)]
            size = min(size, max(1, len(pieces) // 2))
        elif size > 1:
            size //= 2
        else:
            return pieces
        if not pieces:
            return pieces


def report(options, seed):
    prelude, pieces, end = make(options, seed)
    if compare(options, [join(prelude, pieces, "")]):
        end = ""
    script = join(prelude, shrink(options, prelude, pieces, end), end)
    print(f"--- profile {options.profile}, seed {seed}; shrunk to:\n{script}")
    for expected, actual in compare(options, [script]).values():
        print(f"--- python3 printed\n{expected.text()}")
        print(f"--- minipy printed\n{actual.text()}", flush=True)
    if options.keep:
        path = os.path.join(HERE, f"{options.profile}_seed_{seed}.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"# SPDX-License-Identifier: MIT\n{script}")
        print(f"kept as {path}; tools/minipy-expect.sh --write stores its output")


def find_features(minipy):
    """Names in minipy's module weakref."""
    names = ["WeakSet", "WeakKeyDictionary", "WeakValueDictionary", "proxy"]
    return {
        name
        for name in names
        if subprocess.run(
            [minipy, "-c", f"from weakref import {name}"], capture_output=True
        ).returncode
        == 0
    }


def parse_arguments():
    parser = argparse.ArgumentParser(
        usage=__doc__.split("\n\n")[1].strip(),
        description=__doc__.split("\n")[0],
    )
    parser.add_argument("minipy")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--profile", choices=PROFILES, default="weak")
    parser.add_argument("--seed", type=int, help="the only one")
    parser.add_argument("--first", type=int, default=1, metavar="SEED")
    parser.add_argument("--seeds", type=int, default=300, metavar="COUNT")
    parser.add_argument("--stop-after", type=int, default=3, metavar="MISMATCHES")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--show", action="store_true", help="print the scripts")
    parser.add_argument(
        "--with-option",
        action="append",
        default=[],
        metavar="OPTION",
        help="for minipy, as in --with-option=--gc-stress",
    )
    options = parser.parse_args()
    if options.seed is not None:
        options.first, options.seeds = options.seed, 1
    return options


def main():
    options = parse_arguments()
    if sys.version_info[:2] != REFERENCE_VERSION:
        print("scripts are compared with Python 3.11 only")
        sys.exit(77)
    options.features = find_features(options.minipy)
    seeds = range(options.first, options.first + options.seeds)
    print(f"profile {options.profile}, seeds {seeds[0]} to {seeds[-1]}", flush=True)
    wrong = 0
    for start in range(0, len(seeds), BATCH):
        batch = seeds[start : start + BATCH]
        scripts = [join(*make(options, seed)) for seed in batch]
        if options.show:
            print(*scripts, sep="\n")
        for number in compare(options, scripts):
            wrong += 1
            if wrong <= options.stop_after:
                report(options, batch[number])
            else:
                print("also seed", batch[number], flush=True)
        if wrong >= options.stop_after:
            break
    print(f"{wrong} mismatches in {start + len(batch)} scripts")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
