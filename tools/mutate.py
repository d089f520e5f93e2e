#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do the tests notice when one token of src/ is wrong?

usage: mutate.py [--count N] [--seed N] [--at FILE:LINE:N] [--least PERCENT]

Changes one token of src/ at random (an operator, a comparison, a number, a
condition, a statement left out), builds, runs the tests, and puts it back:
N times, in a copy of the tree under ./build/mutants.  What no test caught is
printed as FILE:LINE:N (the N-th mutation of that line) with the line before and
after, and makes the program fail if fewer than PERCENT (90) were caught.  A
mutant that does not compile does not count; one that runs for too long is
caught.  docs/testing.md explains those that are known to live.
"""
import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.path.join(TOP, "build", "mutants")
TREE = os.path.join(WORK, "tree")
BUILD = os.path.join(WORK, "build")

REPLACEMENTS = {
    "==": ["!="], "!=": ["=="],
    "<": ["<=", ">="], "<=": ["<", ">"],
    ">": [">=", "<="], ">=": [">", "<"],
    "+": ["-"], "-": ["+"], "*": ["+"], "/": ["*"], "%": ["/"],
    "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="],
    "++": ["--"], "--": ["++"],
    "&&": ["||"], "||": ["&&"],
    "|": ["&"], "&": ["|"], "<<": [">>"], ">>": ["<<"],
    "true": ["false"], "false": ["true"],
    "break": ["continue"], "continue": ["break"],
}
TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|//.*|[A-Za-z_]\w*|'
    r"0[xX][0-9a-fA-F]+[uUlL]*|\d[\w.]*|"
    r"<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||\+=|-=|\*=|/=|%=|&=|\|=|\^=|"
    r"[^\s\w]"
)
STATEMENT = re.compile(r"^\s+[\w>.\-\[\]()*&, ]+(\+\+|--|=.*|\(.*\));$")


def blank_comments(text):
    """Comments become blanks, so that places stay what they are."""
    return re.sub(
        r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S
    )


def is_binary(tokens, at):
    """Of +, -, * and &: an operator between two operands, not a sign or a star."""
    if at == 0 or at + 1 >= len(tokens):
        return False
    before, token, after = (tokens[i].group() for i in (at - 1, at, at + 1))
    spaced = tokens[at].start() > tokens[at - 1].end()
    spaced = spaced and tokens[at + 1].start() > tokens[at].end()
    return spaced and re.match(r"[\w)\]]", before) and re.match(r"[\w(&*~!-]", after)


def mutations(line):
    """Every way to change one token of a line, in a fixed order."""
    if re.match(r"\s*(#|FOR_EACH|static_assert|_Static_assert)", line):
        return
    if re.search(r"WGC__(DEBUG_)?ASSERT|^(static|extern|struct|enum|const)\b", line):
        return
    tokens = list(TOKEN.finditer(line))
    for at, token in enumerate(tokens):
        text = token.group()
        if text in REPLACEMENTS:
            if text in "+-*&|/%<>" and not is_binary(tokens, at):
                continue
            choices = REPLACEMENTS[text]
        elif re.fullmatch(r"\d+", text):
            choices = [str(int(text) + 1)]
        elif text == "!":
            choices = [""]
        elif text == "if" and re.search(r"\bif \(", line):
            choices = ["while (0) if"]  # leaves the statement out
        else:
            continue
        for choice in choices:
            yield line[: token.start()] + choice + line[token.end():]
    if STATEMENT.match(line) and not re.match(r"\s+(return|case|goto)\b", line):
        indent = line[: len(line) - len(line.lstrip())]
        if not re.match(r"\s+(const )?(struct|size_t|u?int\w*|bool|char|void|"
                        r"unsigned|double|wgc_\w+|wgc__word) ", line):
            yield indent + ";"


def sites():
    found = []
    for directory, _, names in os.walk(os.path.join(TOP, "src")):
        for name in sorted(names):
            if not name.endswith(".c"):
                continue
            path = os.path.relpath(os.path.join(directory, name), TOP)
            with open(os.path.join(TOP, path), encoding="utf-8") as file:
                lines = blank_comments(file.read()).split("\n")
            for number, line in enumerate(lines, 1):
                count = sum(1 for _ in mutations(line.rstrip()))
                found.extend((path, number, n) for n in range(count))
    return sorted(found)


def run(command, seconds):
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.terminate()  # meson ends its tests
            return 1


def prepare():
    """A copy of the tree, built once; later only what a mutant changes is."""
    shutil.rmtree(WORK, ignore_errors=True)
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=TOP, check=True, stdout=subprocess.PIPE
    ).stdout.decode().split("\0")[:-1]
    for name in files:
        target = os.path.join(TREE, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(os.path.join(TOP, name), target)
    for command in (
        ["meson", "setup", BUILD, TREE, "-Dtests=enabled", "-Dexamples=enabled",
         "-Dverify=false"],
        ["ninja", "-C", BUILD],
    ):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def suites():
    """What to run, quickest first; what compiles the project anew is left out."""
    listed = subprocess.run(
        ["meson", "test", "-C", BUILD, "--list"], check=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ).stdout.splitlines()
    names = [line.split(" / ")[-1].strip() for line in listed if " / " in line
             or line and not line.startswith("ninja")]
    slow = re.compile(r"consumer|^stack_|symbols|layers|header|random|model|"
                      r"trace|minipy|fuzz|stress|verif|instructions")
    quick = [name for name in names if not slow.search(name)]
    rest = [name for name in names if slow.search(name)
            and not re.search(r"consumer|^stack_|symbols|layers|header", name)]
    return [quick, rest]


def is_caught(groups, seconds):
    for names in groups:
        command = ["meson", "test", "-C", BUILD, "--no-rebuild", "--maxfail=1",
                   "--num-processes=2"] + names
        if names and run(command, seconds) != 0:
            return True
    return False


def try_mutant(site, groups, seconds):
    """'caught', 'lives' or 'void' (does not compile), and the two lines."""
    path, number, n = site
    target = os.path.join(TREE, path)
    with open(target, encoding="utf-8") as file:
        original = file.read()
    lines = original.split("\n")
    before = blank_comments(original).split("\n")[number - 1].rstrip()
    after = list(mutations(before))[n]
    lines[number - 1] = after
    try:
        with open(target, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        if run(["ninja", "-C", BUILD], 600) != 0:
            return "void", before, after
        caught = is_caught(groups, seconds)
        return ("caught" if caught else "lives"), before, after
    finally:
        with open(target, "w", encoding="utf-8") as file:
            file.write(original)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--at", metavar="FILE:LINE:N")
    parser.add_argument("--least", type=float, default=90)
    return parser.parse_args()


def main():
    options = parse_arguments()
    every = sites()
    if options.at:
        path, line, n = options.at.rsplit(":", 2)
        chosen = [(path, int(line), int(n))]
        options.count = 1
    else:
        chosen = random.Random(options.seed).sample(every, len(every))
    print(f"seed {options.seed}: {options.count} of {len(every)} mutations")
    prepare()
    groups = suites()
    started = time.time()
    if is_caught(groups, 900):
        sys.exit("the tests fail as they are")
    seconds = 30 + 4 * (time.time() - started)
    tally = {"caught": 0, "lives": 0, "void": 0}
    for site in chosen:
        if tally["caught"] + tally["lives"] == options.count:
            break
        outcome, before, after = try_mutant(site, groups, seconds)
        tally[outcome] += 1
        if outcome == "lives" or options.at:
            print(f"{outcome}: {site[0]}:{site[1]}:{site[2]}\n"
                  f"  - {before.strip()}\n  + {after.strip() or '(nothing)'}",
                  flush=True)
    judged = tally["caught"] + tally["lives"]
    percent = 100 * tally["caught"] / judged if judged else 0
    print(f"{tally['caught']} of {judged} caught ({percent:.0f} %); "
          f"{tally['void']} more did not compile")
    sys.exit(percent < options.least)


if __name__ == "__main__":
    main()
