#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_program.py MINIPY [SEEDS]

The program around the interpreter: options, the interactive mode, exit status,
limits, and input that is no program.  SEEDS (30) random files are run as scripts.
"""

import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import traceback

MINIPY = sys.argv[1]
SEEDS = int(sys.argv[2]) if len(sys.argv) > 2 else 30


class Ended:
    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout.decode("utf-8", "backslashreplace")
        self.err = done.stderr.decode("utf-8", "backslashreplace")


def minipy(*arguments, stdin=""):
    if isinstance(stdin, str):
        stdin = stdin.encode()
    return Ended(
        subprocess.run(
            [MINIPY, *arguments], input=stdin, capture_output=True, timeout=120
        )
    )


def expect(ended, status=0, out=None, err=None):
    """`err` is what stderr contains."""
    shown = f"status {ended.status}\n{ended.out}{ended.err}"
    assert ended.status == status, shown
    assert out is None or ended.out == out, shown
    assert (err in ended.err) if err else not ended.err, shown


# ---- Ways to run ------------------------------------------------------------


def dash_c_runs_its_argument():
    expect(minipy("-c", "print(1 + 1)"), out="2\n")


def dash_c_leaves_what_follows_to_the_script():
    code = "import sys; print(sys.argv)"
    expect(minipy("-c", code, "-x", "--stats"), out="['-c', '-x', '--stats']\n")


def a_file_gets_its_name_and_arguments(directory):
    path = write(directory, "import sys; print(sys.argv)\n")
    expect(minipy(path, "a", "-c"), out=f"{[path, 'a', '-c']}\n")


def a_dash_reads_a_script_from_stdin():
    expect(minipy("-", stdin="x = 2\nx\nprint(x)\n"), out="2\n")
    expect(minipy("-", stdin="1 // 0"), status=1, err='File "<stdin>", line 1')


def a_file_with_a_mark_of_its_encoding_runs(directory):
    path = write(directory, b"\xef\xbb\xbfprint('\xc3\xa9')\r\nprint(2)\r\n")
    expect(minipy(path), out="é\n2\n")


def a_traceback_has_the_whole_path(directory):
    path = write(directory, "1 // 0\n")
    ended = minipy(os.path.relpath(path))
    expect(ended, 1, "", f'  File "{os.getcwd()}/{os.path.relpath(path)}", line 1')


def an_empty_file_does_nothing(directory):
    for text in "", "\n\n", "# comment", "   \n\t\n":
        expect(minipy(write(directory, text)), out="")


def a_file_that_cannot_be_read_is_an_error(directory):
    expect(minipy(os.path.join(directory, "none.py")), 2, "", "No such file")
    expect(minipy(directory), 2, "", "Is a directory")


def unknown_options_are_refused():
    for options in ["--unknown"], ["-c"], ["--heap-limit=x"], ["--heap-limit=0"]:
        expect(minipy(*options), 2, "", "usage: minipy")


# ---- Exit status ------------------------------------------------------------


def the_status_is_what_sys_exit_says():
    expect(minipy("-c", "import sys; sys.exit(7)"), 7, "")
    expect(minipy("-c", "import sys; sys.exit()"), 0, "")
    expect(minipy("-c", "import sys; sys.exit('why')"), 1, "", "why\n")
    expect(minipy("-c", "raise SystemExit(3)"), 3, "")


def an_uncaught_exception_is_1():
    expect(minipy("-c", "print(5); 1 // 0"), 1, "5\n", "ZeroDivisionError: integer")
    expect(minipy("-c", "x ="), 1, "", "SyntaxError: invalid syntax")


def what_is_not_supported_is_a_syntax_error_that_says_so():
    for code in "async def f(): pass", "f(**a, **b) if 0 else await x", "1j":
        ended = minipy("-c", code)
        expect(ended, 1, "", "not supported by minipy")
        assert "SyntaxError" in ended.err, ended.err


def a_callback_that_raises_leaves_the_status():
    code = (
        "import gc, weakref\nclass N: pass\nn = N(); n.me = n\n"
        "r = weakref.ref(n, lambda r: 1 // 0)\ndel n\ngc.collect()\nprint('on')"
    )
    expect(minipy("-c", code), 0, "on\n", "Exception ignored in: <function <lambda>")


# ---- The interactive mode ---------------------------------------------------


def the_repl_shows_values_and_goes_on_after_errors():
    lines = "1 + 1\nNone\n'text'\n1 // 0\nx = 3\nx\nprint(x)\n"
    expect(minipy(stdin=lines), 0, "2\n'text'\n3\n3\n", "ZeroDivisionError")


def the_repl_reads_blocks_until_a_blank_line():
    lines = "def f(a):\n    return a * 2\n\nf(4)\nfor x in 1, 2:\n    x\n\n[1,\n2]\n"
    expect(minipy(stdin=lines), 0, "8\n1\n2\n[1, 2]\n")


def the_repl_reports_syntax_errors_and_goes_on():
    expect(minipy(stdin="x = = 1\n2\n"), 0, "2\n", "SyntaxError: invalid syntax")


def the_repl_runs_callbacks():
    lines = (
        "import gc, weakref\nclass N: pass\n\nn = N()\nn.me = n\n"
        "r = weakref.ref(n, lambda r: print('gone'))\ndel n\n"
        "gc.collect() >= 0\nr()\nr\n"
    )
    ended = minipy(stdin=lines)
    expect(ended)
    assert re.fullmatch(r"gone\nTrue\n<weakref at 0x\w+; dead>\n", ended.out), ended.out


def the_repl_ends_with_sys_exit():
    expect(minipy(stdin="import sys\nsys.exit(4)\nprint('no')\n"), 4, "")


def the_repl_takes_random_lines():
    for seed in range(SEEDS // 3):
        check_no_crash(minipy(stdin=random_bytes(seed)), f"seed {seed}")


# ---- Limits -----------------------------------------------------------------


def a_script_can_catch_that_the_heap_is_full():
    code = (
        "x = []\n"
        "try:\n    while True: x.append([0] * 100)\n"
        "except MemoryError as error:\n    x = None; print('full', repr(error))\n"
        "print(len([n for n in range(1000)]), 'again')"
    )
    for limit in "1000000", "4000000":
        expect(
            minipy(f"--heap-limit={limit}", "-c", code),
            out="full MemoryError()\n1000 again\n",
        )


def a_heap_that_was_full_is_as_good_as_new():
    code = (
        "def fill():\n    x = []\n    while True: x.append([0] * 100)\n"
        "for i in range(10):\n"
        "    try: fill()\n"
        "    except MemoryError: print(i, end=' ')\n"
        "print(len([0] * 20000))"
    )
    for limit in "1000000", "2000000":
        expect(
            minipy(f"--heap-limit={limit}", "-c", code),
            out="0 1 2 3 4 5 6 7 8 9 20000\n",
        )


def a_full_heap_that_nobody_catches_is_an_error():
    code = "x = []\nwhile True: x.append(str(len(x)) * 100)"
    expect(minipy("--heap-limit=1000000", "-c", code), 1, "", "MemoryError")


def a_heap_in_which_nothing_fits_is_refused():
    for limit in "1", "100", "70000", "200000":
        ended = minipy(f"--heap-limit={limit}", "-c", "pass")
        assert ended.status in (0, 1, 2), ended.status
        assert ended.status == 0 or ended.err, "no message"


def garbage_in_a_loop_never_fills_the_heap():
    code = "for i in range(20000):\n    x = [i] * 50; x.append(x)\nprint(len(x))"
    expect(minipy("--heap-limit=2000000", "-c", code), out="51\n")


def requests_that_no_memory_holds_are_memory_errors():
    for code in "[0] * 10**12", "'a' * 10**15", "(1,) * 10**17", "list(range(10**15))":
        limited = minipy("--heap-limit=4000000", "-c", code)
        expect(limited, 1, "", "MemoryError")


def stats_are_printed_at_the_end():
    code = "import gc\nx = [[] for i in range(100)]\ngc.collect()\nprint('out')"
    ended = minipy("--stats", "-c", code)
    expect(ended, 0, "out\n", "cycles      1\n")
    for word in "pauses", "live", "allocated", "committed", "weak refs", "finalizers":
        assert re.search(rf"^{word} +\d", ended.err, re.MULTILINE), ended.err


def stress_makes_a_cycle_at_every_allocation():
    ended = minipy("--gc-stress", "--stats", "-c", "x = [[] for i in range(100)]")
    expect(ended, 0, "", "cycles")
    cycles = int(re.search(r"cycles +(\d+)", ended.err)[1])
    assert cycles > 100, cycles


def deep_recursion_is_a_recursion_error():
    for code in (
        "def f(n): return f(n + 1)\nf(0)",
        "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
        "class A:\n    def __eq__(self, o): return self == o\nA() == 1",
        "class A:\n    def __getattr__(self, n): return getattr(self, n)\nA().x",
        "x = []\nfor i in range(100000): x = [x]\nrepr(x)",
        "x = y = ()\nfor i in range(100000): x = (x,); y = (y,)\nx == y",
        "x = ()\nfor i in range(100000): x = (x,)\nhash(x)",
        "f = lambda: sorted([1, 2], key=lambda x: f())\nf()",
        "def g():\n    yield from g()\nlist(g())",
    ):
        expect(minipy("-c", code), 1, "", "RecursionError: maximum recursion depth")


def recursion_can_be_caught_and_tried_again():
    code = (
        "def f(n): return f(n + 1)\n"
        "for i in range(20):\n"
        "    try: f(0)\n"
        "    except RecursionError as error: last = error\n"
        "print(last)"
    )
    expect(minipy("-c", code), out="maximum recursion depth exceeded\n")


def deep_structures_are_marked_and_freed():
    code = "x = None\nfor i in range(200000): x = [x]\nimport gc; gc.collect(); x = 0\n"
    expect(minipy("-c", code + "gc.collect(); print('freed')"), out="freed\n")


def deep_nesting_is_a_syntax_error():
    for text in (
        "(" * 5000,
        "(" * 5000 + ")" * 5000,
        "[" * 100000,
        "-" * 50000 + "1",
        "not " * 50000 + "1",
        "1+" * 50000 + "1",
        "a" + ".b" * 50000,
        "f" + "()" * 50000,
        "lambda: " * 20000 + "1",
        "1 if 1 else " * 20000 + "1",
        "".join(" " * i + "if 1:\n" for i in range(300)),
        "x = " * 50000 + "1",
        "a[" * 20000,
        "{1: " * 20000,
        'f"{' * 300,
    ):
        ended = minipy("-", stdin=text)
        assert ended.status in (0, 1), f"{text[:20]}: {ended.status} {ended.err[-300:]}"
        assert ended.status == 0 or "Error" in ended.err, ended.err


def an_interrupt_is_a_keyboard_interrupt():
    code = "print('begun', flush=True)\nwhile True: pass"
    process = subprocess.Popen(
        [MINIPY, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline() == b"begun\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert b"KeyboardInterrupt" in err, err
    assert process.returncode not in (0, -signal.SIGSEGV), process.returncode


# ---- Input that is no program -----------------------------------------------

WORDS = (
    "def class if else elif for while in is not and or lambda yield return try except "
    "finally with as import from raise assert del global nonlocal pass break continue "
    "x y f print self None True ( ) [ ] { } : , . = == + - * ** / // % @ -> := ! ; "
    "0 1 1.5 'a' \"b\" f'{x}' f\"{x!r:>3}\" ''' \\ # \n \n\n \n\t \n        é 日 \x00 \x0c"
).split(" ")


def random_bytes(seed):
    """Bytes, or words of the language in any order, or a torn script."""
    chance = random.Random(seed)
    kind = seed % 3
    if kind == 0:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(400)))
    if kind == 1:
        words = (chance.choice(WORDS) for _ in range(chance.randrange(120)))
        return "".join(w + chance.choice(["", " ", "\n"]) for w in words).encode()
    here = os.path.dirname(os.path.abspath(__file__))
    names = sorted(n for n in os.listdir(here) if n.startswith(("mix", "syntax", "f_")))
    with open(os.path.join(here, chance.choice(names)), "rb") as file:
        text = bytearray(file.read())
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(text))
        text[at : at + chance.choice([0, 1, 9])] = chance.choice(WORDS).encode()
    return bytes(text[: chance.randrange(len(text))])


def check_no_crash(ended, what):
    shown = f"{what}: status {ended.status}\n{ended.err[-2000:]}"
    assert ended.status in (0, 1), shown
    assert "Sanitizer" not in ended.err and "runtime error" not in ended.err, shown
    assert ended.status == 0 or ended.err, shown


def random_files_end_in_a_message(directory):
    for seed in range(SEEDS):
        path = write(directory, random_bytes(seed))
        ended = minipy("--heap-limit=8000000", path)
        check_no_crash(ended, f"seed {seed}")


def bytes_that_are_no_text_are_a_syntax_error(directory):
    for text in b"\xff", b"print('\xc3')", b"x = 1\n\x80\n", b"\xed\xa0\x80":
        expect(minipy(write(directory, text)), 1, "", "SyntaxError")
    expect(minipy(write(directory, b"print(1)\x00\n")), 1, "", "SyntaxError")


# ---- The run ----------------------------------------------------------------


def write(directory, text):
    path = os.path.join(directory, "test.py")
    with open(path, "wb") as file:
        file.write(text.encode() if isinstance(text, str) else text)
    return path


def main():
    tests = [
        value
        for name, value in globals().items()
        if callable(value) and getattr(value, "__module__", "") == __name__
        and name not in HELPERS
    ]
    failed = False
    print(f"1..{len(tests)}")
    for test in tests:
        problem = ""
        try:
            if test.__code__.co_argcount:
                with tempfile.TemporaryDirectory() as directory:
                    test(directory)
            else:
                test()
        except Exception:
            problem = traceback.format_exc()
            failed = True
        print("not ok" if problem else "ok", "-", test.__name__)
        for line in problem.splitlines():
            print("#", line)
        sys.stdout.flush()
    sys.exit(failed)


HELPERS = {"Ended", "minipy", "expect", "write", "main", "random_bytes", "check_no_crash"}

if __name__ == "__main__":
    main()
