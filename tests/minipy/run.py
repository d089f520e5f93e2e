#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run the scripts of a directory and compare with what is stored.

    run.py [options] INTERPRETER [NAME ...]

DIRECTORY/expected/NAME.out is the output of NAME.py.  If the script leaves a
status other than 0, or writes to stderr, NAME.err has the status and a digest
of stderr: addresses and the markers under source lines are left out, and so
are frames that are not the script's.

The second line of a script may be `# run with: ARGUMENTS`, and there may be a
line `# small: ARGUMENTS` for runs with --small.  With `# by rule: REASON` what
is stored is not CPython's output but what a rule of the library asks.
"""

import argparse
import concurrent.futures
import difflib
import os
import re
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE_VERSION = (3, 11)
SKIPPED = 77  # what meson takes for "skipped"

FRAME = re.compile(r'  File "(.*)", line (\d+)(?:, in (.*))?$')
MARKERS = re.compile(r"[ ~^]*$")


class Result:
    def __init__(self, stdout, status, stderr, digest):
        self.stdout = stdout
        self.status = status
        self.stderr = stderr
        self.digest = digest

    def errors(self):
        if self.status == 0 and not self.digest:
            return ""
        return f"exit status {self.status}\n{self.digest}"


def digest(stderr, script):
    """What of stderr does not depend on addresses, places and columns."""
    lines = []
    keep = True
    in_callback = False
    for line in re.sub(r"0x[0-9a-f]+", "0x...", stderr).splitlines():
        frame = FRAME.match(line)
        if frame:
            path, number, name = frame.groups()
            keep = os.path.basename(path) == os.path.basename(script)
            # When a callback runs is the collector's business.
            keep = keep and not (in_callback and name == "<module>")
            if keep:
                where = f", in {name}" if name else ""
                lines.append(f"  line {number}{where}")
        elif line.startswith("    "):
            if keep and not MARKERS.match(line):
                lines.append(line)
        else:
            keep = True
            if line.startswith("Exception ignored in"):
                in_callback = True
            elif not line.startswith("Traceback"):
                in_callback = False
            lines.append(line)
    return "".join(line + "\n" for line in lines)


def run(command, script, arguments=(), timeout=60):
    environment = dict(os.environ, PYTHONHASHSEED="0", PYTHONIOENCODING="utf-8")
    try:
        done = subprocess.run(
            command + [script] + list(arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return Result("", "timeout", "", f"no end within {timeout} s\n")
    stderr = done.stderr.decode("utf-8", "backslashreplace")
    stdout = done.stdout.decode("utf-8", "backslashreplace")
    return Result(stdout, done.returncode, stderr, digest(stderr, script))


def read(path):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write(path, text):
    if read(path) == (text or None):
        return
    print("writing", os.path.relpath(path))
    if text:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    else:
        os.remove(path)


def script_arguments(script, wanted):
    for line in read(script).splitlines()[1:6]:
        match = re.match(rf"# {wanted}: (.*)", line)
        if match:
            return shlex.split(match.group(1))
    return []


def difference(expected, actual, name):
    lines = difflib.unified_diff(
        (expected or "").splitlines(),
        actual.splitlines(),
        f"expected/{name}",
        "actual",
        lineterm="",
        n=1,
    )
    return "\n".join(list(lines)[:40]) or "they differ in line ends"


def check(script, options):
    """What is wrong with a script, as text; empty if nothing is."""
    name = os.path.basename(script)[: -len(".py")]
    stored = os.path.join(os.path.dirname(script), "expected", name)
    arguments = script_arguments(script, "run with")
    if options.small and script_arguments(script, "small"):
        arguments = script_arguments(script, "small")
        stored += "-small"
    result = run(options.command, script, arguments, options.timeout)
    if options.write:
        write(stored + ".out", result.stdout)
        write(stored + ".err", result.errors())
        return ""
    problems = []
    expected = read(stored + ".out") or ""
    if result.stdout != expected:
        problems.append(difference(expected, result.stdout, name + ".out"))
    expected = read(stored + ".err") or ""
    if result.errors() != expected:
        problems.append(difference(expected, result.errors(), name + ".err"))
        if result.status == "timeout" or result.status < 0:
            problems.append(result.stderr[-1500:])
    return "\n".join(problems)


def parse_arguments():
    parser = argparse.ArgumentParser(
        usage=__doc__.split("\n\n")[1].strip(),
        description=__doc__.split("\n")[0],
    )
    parser.add_argument("interpreter")
    parser.add_argument("names", nargs="*", help="scripts; all if none is given")
    parser.add_argument("--directory", default=HERE)
    parser.add_argument("--gc-stress", action="store_true")
    parser.add_argument("--heap-limit", metavar="BYTES")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--small", action="store_true")
    parser.add_argument(
        "--tap", action="store_true", help="report as the Test Anything Protocol"
    )
    parser.add_argument(
        "--reference",
        action="store_true",
        help="the interpreter is python3; skipped if it has another version",
    )
    parser.add_argument("--write", action="store_true", help="store the outputs")
    options = parser.parse_args()
    if options.write and not options.reference:
        parser.error("only outputs of the reference are stored")
    options.command = [options.interpreter]
    if options.reference:
        options.command.append("-I")
    if options.gc_stress:
        options.command.append("--gc-stress")
    if options.heap_limit:
        options.command.append("--heap-limit=" + options.heap_limit)
    return options


def check_version(interpreter):
    version = subprocess.run(
        [interpreter, "-c", "import sys; print(*sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    if tuple(map(int, version)) != REFERENCE_VERSION:
        return "the outputs are those of Python 3.11, not " + ".".join(version)
    return ""


def main():
    options = parse_arguments()
    reason = options.reference and check_version(options.interpreter)
    if reason:
        print("1..0 # SKIP " + reason if options.tap else reason)
        sys.exit(0 if options.tap else SKIPPED)
    names = options.names or [
        name[: -len(".py")]
        for name in sorted(os.listdir(options.directory))
        if name.endswith(".py") and name not in NOT_SCRIPTS
    ]
    if options.reference and options.small:
        names = [name for name in names if has_small_form(name, options)]
    if options.reference:
        names = [name for name in names if not is_by_rule(name, options)]
    os.makedirs(os.path.join(options.directory, "expected"), exist_ok=True)
    scripts = [os.path.join(options.directory, name + ".py") for name in names]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        problems = pool.map(lambda script: check(script, options), scripts)
        report = report_tap if options.tap else report_failures
        failed = report(names, problems)
    sys.exit(1 if failed else 0)


def is_by_rule(name, options):
    script = os.path.join(options.directory, name + ".py")
    return bool(script_arguments(script, "by rule"))


def has_small_form(name, options):
    script = os.path.join(options.directory, name + ".py")
    return bool(script_arguments(script, "small"))


def report_tap(names, problems):
    failed = False
    print(f"1..{len(names)}")
    for name, problem in zip(names, problems):
        failed |= bool(problem)
        print("not ok" if problem else "ok", "-", name)
        for line in problem.splitlines():
            print("#", line)
        sys.stdout.flush()
    return failed


def report_failures(names, problems):
    failed = []
    for name, problem in zip(names, problems):
        if problem:
            failed.append(name)
            print(f"--- {name}\n{problem}\n", flush=True)
    print(f"{len(names) - len(failed)} of {len(names)} scripts are right")
    if failed:
        print("failed:", *failed)
    return failed


NOT_SCRIPTS = {
    "bench.py",
    "generate.py",
    "run.py",
    "test_program.py",
}

if __name__ == "__main__":
    main()
