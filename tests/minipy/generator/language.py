# SPDX-License-Identifier: MIT
"""Scripts about the plain language: expressions, containers, text, control
flow, functions, classes, exceptions.

The pieces share some variables, whose types never change, and which the
prelude sets; so each is right without the others.  Integers stay far below 64
bits.  Nothing that is printed depends on the hash of a str.
"""

PRELUDE = '''\
import math
import sys

i0, i1, i2, i3 = 7, -3, 0, 250
f0, f1, f2 = 1.5, -0.1, 1e16
s0, s1, s2, s3 = "spam", "", "Ünï cödé", "a,b,,c\\n"
l0, l1, l2 = [3, 1, 2], [], list(range(10))
t0, t1 = (1, 2, 3), ("x", 2.5, None)
d0, d1 = {"one": 1, "two": 2}, {}
u0, u1 = {1, 2, 3}, {2, 40, 7}
w0, w1 = ["pear", "fig", "Apple"], []


def said(title, call):
    try:
        print(title, call())
    except Exception as error:
        print(title, type(error).__name__, error)


'''

WORDS = ["spam", "Eggs", "a", "", " pad ", "x,y", "naïve", "日本", "tab\\t", "it's"]
INTS = [0, 1, 2, 3, 5, 7, 10, 12, 100, 255, -1, -2, -7, -10]
FLOATS = ["0.5", "2.0", "-1.25", "3.14159", "1e3", "1e-7", "100.0", "0.1"]
NAMES = {
    "int": ["i0", "i1", "i2", "i3"],
    "float": ["f0", "f1", "f2"],
    "str": ["s0", "s1", "s2", "s3"],
    "list": ["l0", "l1", "l2"],
    "tuple": ["t0", "t1"],
    "dict": ["d0", "d1"],
    "set": ["u0", "u1"],
    "words": ["w0", "w1"],
}
TYPES = list(NAMES)
# How a variable is set, so that values stay small.
BOUNDED = {
    "int": "({}) % 1009 - 100",
    "float": "({})",
    "str": "({})[:40]",
    "list": "({})[:12]",
    "tuple": "({})[:6]",
    "dict": "dict(list(({}).items())[:8])",
    "set": "({})",
    "words": "({})[:8]",
}


def indent(text, by=1):
    return "".join("    " * by + line for line in text.splitlines(True))


class Maker:
    def __init__(self, random):
        self.random = random
        self.count = 0

    def fresh(self, what):
        self.count += 1
        return f"{what}{self.count}"

    def choose(self, *choices):
        return self.random.choice(choices)

    # ---- Expressions ------------------------------------------------------

    def expression(self, type, depth=2):
        if depth <= 0 or self.random.random() < 0.2:
            return self.leaf(type)
        return getattr(self, type)(depth - 1)

    def leaf(self, type):
        if self.random.random() < 0.6:
            return self.random.choice(NAMES[type])
        return {
            "int": lambda: str(self.random.choice(INTS)),
            "float": lambda: self.random.choice(FLOATS),
            "str": lambda: f'"{self.random.choice(WORDS)}"',
            "list": lambda: str(self.random.sample(INTS, self.random.randrange(5))),
            "tuple": lambda: str(tuple(self.random.sample(INTS, 3))),
            "dict": lambda: f'{{"k": {self.random.choice(INTS)}, "two": 0}}',
            "set": lambda: f"{{1, {self.random.choice(INTS)}}}",
            "words": lambda: str(self.random.sample(["b", "B", "ab", "x y"], 3)),
        }[type]()

    def any(self, depth=1):
        return self.expression(self.random.choice(TYPES), depth)

    def int(self, depth):
        e = lambda type: self.expression(type, depth)
        return self.choose(
            lambda: f"({e('int')} {self.choose('+', '-', '*')} {e('int')})",
            lambda: f"({e('int')} {self.choose('//', '%')} {e('int')})",
            lambda: f"({e('int')} {self.choose('&', '|', '^')} {e('int')})",
            lambda: f"({self.leaf('int')} ** {self.choose(0, 1, 2, 3)})",
            lambda: f"({e('int')} {self.choose('<<', '>>')} {self.choose(0, 1, 3)})",
            lambda: f"{self.choose('-', '~', '+')}{self.leaf('int')}",
            lambda: f"len({e(self.choose('str', 'list', 'tuple', 'dict', 'set'))})",
            lambda: f"sum({e('list')})",
            lambda: f"{self.choose('min', 'max')}({e('int')}, {e('int')})",
            lambda: f"abs({e('int')})",
            lambda: f"{e('list')}[{self.leaf('int')}]",
            lambda: f"{e('list')}.count({self.leaf('int')})",
            lambda: f"{e('list')}.index({self.leaf('int')})",
            lambda: f"{e('str')}.{self.choose('find', 'count', 'rfind', 'index')}"
            f"({self.leaf('str')})",
            lambda: f"{e('dict')}.get({self.leaf('str')}, {e('int')})",
            lambda: f"{e('dict')}[{self.leaf('str')}]",
            lambda: f"({e('int')} if {self.condition(depth)} else {e('int')})",
            lambda: f"int({e('float')} % 100)",
            lambda: f"int({e('str')})",
            lambda: f"round({e('float')} % 1000)",
            lambda: f"divmod({e('int')}, {e('int')})[{self.choose(0, 1)}]",
            lambda: f"(lambda a, b={self.leaf('int')}: a - b)({e('int')})",
            lambda: f"ord({e('str')}[0])",
            lambda: f"sum(x * x for x in {e('list')} if x % 2)",
            lambda: f"bool({self.any()})",
            lambda: f"pow({self.leaf('int')}, {self.choose(0, 2, 3)}, 97)",
            lambda: f"math.gcd({e('int')}, {e('int')})",
        )()

    def float(self, depth):
        e = lambda type: self.expression(type, depth)
        return self.choose(
            lambda: f"({e('float')} {self.choose('+', '-', '*', '/')} {e('float')})",
            lambda: f"({e('float')} {self.choose('//', '%')} {e('float')})",
            lambda: f"({e('int')} / {e('int')})",
            lambda: f"({e('float')} {self.choose('+', '-', '*')} {e('int')})",
            lambda: f"round({e('float')}, {self.choose(0, 1, 2, 3)})",
            lambda: f"abs({e('float')})",
            lambda: f"float({e('int')})",
            lambda: f"float({e('str')})",
            lambda: f"math.sqrt({e('float')})",
            lambda: f"math.{self.choose('floor', 'ceil', 'fabs')}({e('float')})",
            lambda: f"{self.choose('min', 'max')}({e('float')}, {e('int')})",
            lambda: f"sum([{e('float')}, {e('float')}])",
            lambda: f"(abs({self.leaf('float')}) ** {self.choose(0, 2, -1, 0.5)})",
        )()

    def str(self, depth):
        e = lambda type: self.expression(type, depth)
        plain = "upper lower title capitalize swapcase strip lstrip rstrip".split()
        tests = "isdigit isalpha isupper islower isspace isalnum istitle".split()
        return self.choose(
            lambda: f"({e('str')} + {e('str')})",
            lambda: f"({self.leaf('str')} * {self.choose(-1, 0, 1, 2)})",
            lambda: f"{e('str')}.{self.random.choice(plain)}()",
            lambda: f"str({e('str')}.{self.random.choice(tests)}())",
            lambda: f"{e('str')}.strip({self.leaf('str')})",
            lambda: f"{e('str')}.replace({self.leaf('str')}, {self.leaf('str')})",
            lambda: f"{self.leaf('str')}.join({e('words')})",
            lambda: f"{e('str')}.{self.choose('center', 'ljust', 'rjust')}"
            f"({self.choose(0, 5, 12)}, {self.choose(chr(34) + '*' + chr(34))})",
            lambda: f"{e('str')}.zfill({self.choose(3, 9)})",
            lambda: f"{e('str')}[{self.slice()}]",
            lambda: f"{e('str')}[{self.leaf('int')}]",
            lambda: f"{self.choose('str', 'repr')}({self.any()})",
            lambda: self.format_string(),
            lambda: self.format_string(),
            lambda: self.percent(),
            lambda: self.format_call(),
            lambda: f"chr({self.leaf('int')} % 90 + 33)",
            lambda: f"hex({e('int')})",
            lambda: f"{e('str')}.remove{self.choose('prefix', 'suffix')}"
            f"({self.leaf('str')})",
            lambda: f"{e('str')}.partition({self.leaf('str')})[0]",
            lambda: f"max({e('words')}, key=len)",
            lambda: f"type({self.any()}).__name__",
            lambda: f"''.join(sorted({e('str')}))",
            lambda: f"''.join(c for c in reversed({e('str')}))",
        )()

    def format_spec(self, kind):
        fill = self.choose("", "", "*<", ">", "^", "<", "_^")
        if kind == "int":
            sign, comma = self.choose("", "+", " "), self.choose("", "", ",", "_")
            type = self.choose("", "d", "x", "b", "o", "X", "e", "f", "c")
            comma = comma if type in ("", "d") else ""
            sign = "" if type == "c" else sign
            return f"{fill}{sign}{self.choose('', '08', '6', '12')}{comma}{type}"
        if kind == "float":
            precision = self.choose("", ".2", ".0", ".5", ".1")
            type = self.choose("", "f", "e", "g", "%", "F", "E", "G")
            width = self.choose("", "10", "012", "3")
            return f"{fill}{self.choose('', '+')}{width}{precision}{type}"
        width = self.choose("", "3", "10")
        return f"{fill}{width}{self.choose('', '.2', 's', '.3s')}"

    def format_string(self):
        parts = [self.choose("", "<", "{{", "a b ")]
        for _ in range(self.choose(1, 2, 3)):
            kind = self.choose("int", "float", "str", "any")
            if kind == "any":
                parts.append("{" + self.random.choice(NAMES[self.choose(*TYPES)]))
                parts.append(self.choose("}", "!r}", "!s:>12}", "=}", "!r:.9}"))
            else:
                name = self.random.choice(NAMES[kind])
                parts.append("{" + f"{name}:{self.format_spec(kind)}" + "}")
            parts.append(self.choose("", "|", ", "))
        return 'f"' + "".join(parts) + '"'

    def percent(self):
        kinds = [self.choose("d", "s", "r", "f", "x", "g", "e") for _ in range(2)]
        types = {"d": "int", "x": "int", "s": None, "r": None}
        values = [
            self.expression(types.get(k, "float"), 1) if types.get(k, "float")
            else self.any()
            for k in kinds
        ]
        flags = [self.choose("", "5", "-6", "08", "+", ".2") for _ in kinds]
        flags = [f if k not in "sr" else f.strip("+0") for f, k in zip(flags, kinds)]
        text = ", ".join(f"%{flag}{kind}" for flag, kind in zip(flags, kinds))
        return f'("{text} %%" % ({values[0]}, {values[1]}))'

    def format_call(self):
        kind = self.choose("int", "float", "str")
        return (
            f'"{{0!r}} {{1:{self.format_spec(kind)}}} {{x}} {{0}}".format('
            f"{self.any()}, {self.expression(kind, 1)}, x={self.any()})"
        )

    def slice(self):
        part = lambda *more: self.choose("", "", *more, "1", "2", "-1", "-2", "5")
        text = f"{part()}:{part()}"
        return text + self.choose("", "", ":2", ":-1", ":-2")

    def list(self, depth):
        e = lambda type: self.expression(type, depth)
        return self.choose(
            lambda: f"({e('list')} + {e('list')})",
            lambda: f"({self.leaf('list')} * {self.choose(0, 1, 2)})",
            lambda: f"{e('list')}[{self.slice()}]",
            lambda: f"sorted({e('list')}{self.choose('', ', reverse=True')})",
            lambda: f"sorted({e('list')}, key=lambda x: (x % 3, -x))",
            lambda: f"list(reversed({e('list')}))",
            lambda: f"[x {self.choose('+', '*', '-')} {self.leaf('int')} "
            f"for x in {e('list')}{self.choose('', ' if x > 1', ' if x % 2 == 0')}]",
            lambda: f"[x - y for x in {self.leaf('list')} for y in range(2)]",
            lambda: f"list(range({self.leaf('int')} % 10, {self.leaf('int')} % 10"
            f"{self.choose('', ', 2', ', -1')}))",
            lambda: f"sorted({e('set')})",
            lambda: f"list({e('dict')}.values())",
            lambda: f"[len(x) for x in {e('words')}]",
            lambda: f"list(map(lambda x: x // 2, {e('list')}))",
            lambda: f"list(filter(None, {e('list')}))",
            lambda: f"[a * b for a, b in zip({e('list')}, {e('list')})]",
            lambda: f"[i + x for i, x in enumerate({e('list')}, {self.choose(0, 1)})]",
            lambda: f"[*{e('list')}, {e('int')}, *{self.leaf('list')}]",
        )()

    def tuple(self, depth):
        e = lambda type: self.expression(type, depth)
        return self.choose(
            lambda: f"({self.any(depth)}, {self.any(depth)})",
            lambda: f"({e('tuple')} + {e('tuple')})",
            lambda: f"{e('tuple')}[{self.slice()}]",
            lambda: f"tuple({e('list')})",
            lambda: f"tuple({e('str')})",
            lambda: f"divmod({e('int')}, {e('int')})",
            lambda: f"{e('str')}.partition({self.leaf('str')})",
            lambda: f"({self.any(depth)},)",
            lambda: f"(*{e('list')}, {e('int')})",
        )()

    def dict(self, depth):
        e = lambda type: self.expression(type, depth)
        return self.choose(
            lambda: f"{{{e('str')}: {e('int')}, {self.leaf('str')}: {e('int')}}}",
            lambda: f"{{**{e('dict')}, {self.leaf('str')}: {self.leaf('int')}}}",
            lambda: f"({e('dict')} | {e('dict')})",
            lambda: f"dict(zip({e('words')}, {e('list')}))",
            lambda: f"{{word: len(word) for word in {e('words')}}}",
            lambda: f"dict({self.leaf('dict')}, two={e('int')})",
            lambda: f"dict(sorted({e('dict')}.items()))",
            lambda: f"dict.fromkeys({e('words')}, {e('int')})",
            lambda: f"{{k: v + 1 for k, v in {e('dict')}.items()}}",
        )()

    def set(self, depth):
        e = lambda type: self.expression(type, depth)
        return self.choose(
            lambda: f"({e('set')} {self.choose('|', '&', '-', '^')} {e('set')})",
            lambda: f"set({e('list')})",
            lambda: f"{{x % 7 for x in {e('list')}}}",
            lambda: f"{e('set')}.{self.choose('union', 'difference')}({e('list')})",
        )()

    def words(self, depth):
        e = lambda type: self.expression(type, depth)
        split = self.choose("", '","', "None, 1", '" "')
        return self.choose(
            lambda: f"{e('str')}.{self.choose('split', 'rsplit')}({split})",
            lambda: f"{e('str')}.splitlines()",
            lambda: f"sorted({e('words')}{self.choose('', ', key=len', ', key=str.lower')})",
            lambda: f"list({e('dict')})",
            lambda: f"list({e('str')})",
            lambda: f"[word.upper() for word in {e('words')} if word]",
            lambda: f"[str(x) for x in {e('list')}]",
            lambda: f"({e('words')} + [{e('str')}])",
        )()

    def condition(self, depth=1):
        e = lambda type: self.expression(type, depth)
        order = self.choose("<", "<=", "==", "!=", ">", ">=")
        kind = self.choose("int", "float", "str", "list", "words")
        return self.choose(
            lambda: f"{e(kind)} {order} {e(kind)}",
            lambda: f"{e('int')} {order} {e('int')} {self.choose('<', '>=')} {e('int')}",
            lambda: f"{e('int')} {self.choose('in', 'not in')} {e('list')}",
            lambda: f"{e('str')} in {e(self.choose('str', 'words', 'dict'))}",
            lambda: f"{e('int')} in {e('set')}",
            lambda: f"not {self.any()}",
            lambda: f"({self.any()} {self.choose('and', 'or')} {self.any()})",
            lambda: f"isinstance({self.any()}, {self.choose('int', '(str, list)')})",
            lambda: f"{e('set')} {self.choose('<=', '<', '>=', '==')} {e('set')}",
            lambda: f"{e('str')}.{self.choose('startswith', 'endswith')}({e('str')})",
            lambda: f"{self.choose('any', 'all')}(x > 1 for x in {e('list')})",
            lambda: f"{self.any()} is {self.choose('', 'not ')}None",
        )()

    def wrong(self):
        """Mostly an error."""
        a, b = self.any(), self.any()
        operator = self.choose("+", "-", "*", "/", "<", "//", "%", "@", "&", "**")
        method = self.choose(
            "upper()", "append(1)", "keys()", "pop()", "add(1)", "nothing"
        )
        function = self.choose(
            "len", "int", "sum", "sorted", "abs", "iter", "next", "ord", "max",
            "list", "set", "dict", "range", "chr", "round", "reversed", "hash",
            "callable", "enumerate", "float", "tuple", "zip",
        )
        # A product, or a range, could be huge; the result of % may format.
        small = self.choose("2", '"x"', "None", "[1]", "(1, 2)", "1.5")
        safe = {"*": small, "**": "2", "%": small}.get(operator, b)
        one = self.leaf("int") if function in ("range", "int", "round") else a
        called = f"{function}({one})"
        if function in ("iter", "reversed", "enumerate", "zip"):
            called = f"list({called})"
        elif function == "hash":
            called = f"bool({called} or 1)"
        elif function == "set":
            called = f"len({called})"
        return self.choose(
            f"{a} {operator} {safe}",
            f"({a}).{method}",
            f"({a})[{b}]",
            called,
            called,
            f"({a})()",
            f"[*{a}]",
            f"{function}()",
            f"undefined{self.count}",
            f"{self.leaf('str')} % {self.leaf('tuple')}",
            f'"%d" % {a}',
            f'"{{:d}}".format({a})',
            f"f'{{{self.random.choice(NAMES[self.choose(*TYPES)])}:>8.2f}}'",
            f"-({a})",
        )

    # ---- Statements -------------------------------------------------------

    def show(self):
        self.count += 1
        return f"said({self.count}, lambda: {self.any(3)})\n"

    def show_condition(self):
        self.count += 1
        return f"said({self.count}, lambda: {self.condition(2)})\n"

    def show_wrong(self):
        self.count += 1
        return f"said({self.count}, lambda: {self.wrong()})\n"

    def assign(self):
        type = self.choose(*TYPES)
        name = self.random.choice(NAMES[type])
        value = BOUNDED[type].format(self.expression(type, 2))
        return self.guarded(f"{name} = {value}\n")

    def augmented(self):
        kind, operators = self.choose(
            ("int", ["+=", "-=", "//=", "%=", "&=", "|="]),
            ("float", ["+=", "-=", "*=", "/="]),
            ("list", ["+="]),
            ("set", ["|=", "&=", "-=", "^="]),
            ("dict", ["|="]),
        )
        name = self.random.choice(NAMES[kind])
        operator = self.random.choice(operators)
        text = f"{name} {operator} {self.expression(kind, 1)}\n"
        if kind == "list":
            text += f"del {name}[12:]\n"
        if kind == "int":
            text += f"{name} %= 1009\n"
        return self.guarded(text + f"print({name})\n")

    def guarded(self, text):
        """The text, or the text in a try statement."""
        handler = self.choose(
            "except Exception as error:\n"
            "    print(type(error).__name__, error)\n",
            "except (ValueError, IndexError, KeyError) as error:\n"
            "    print('lookup', repr(error))\n"
            "except Exception as error:\n"
            "    print('other', type(error).__name__, error.args)\n",
        )
        last = self.choose("", "", "else:\n    print('fine')\n")
        last += self.choose("", "", "finally:\n    print('finally')\n")
        return "try:\n" + indent(text) + handler + last

    def list_method(self):
        name, x = self.random.choice(NAMES["list"]), self.expression("int", 1)
        return self.guarded(
            f"{name}."
            + self.choose(
                f"append({x} % 1009)",
                f"insert({self.leaf('int')}, {x} % 1009)",
                "pop()",
                f"pop({self.leaf('int')})",
                f"remove({x})",
                "sort()",
                "sort(key=lambda x: -x)",
                "reverse()",
                f"extend({self.leaf('list')}[:4])",
                "clear()",
            )
            + f"\nprint({name})\ndel {name}[15:]\n"
        )

    def list_slice(self):
        name = self.random.choice(NAMES["list"])
        target = f"{name}[{self.choose(self.slice(), self.leaf('int'))}]"
        return self.guarded(
            self.choose(
                f"{target} = {self.leaf('list')}[:3]\n",
                f"del {target}\n",
            )
            # It may have got a list as an element.
            + f"print({name})\n"
            f"{name} = [x for x in {name} if isinstance(x, int)][:12]\n"
        )

    def dict_method(self):
        name, key = self.random.choice(NAMES["dict"]), self.expression("str", 1)
        return self.guarded(
            self.choose(
                f"{name}[{key}] = {self.expression('int', 1)} % 1009\n",
                f"del {name}[{key}]\n",
                f"print({name}.pop({key}, None))\n",
                f"print({name}.pop({key}))\n",
                f"print({name}.setdefault({key}, 5))\n",
                f"print({name}.popitem())\n",
                f"{name}.update({self.leaf('dict')}, k=3)\n",
                f"{name}.clear()\n",
            )
            + f"print({name}, len({name}), list({name}.keys()))\n"
            f"for key, item in {name}.items():\n"
            f"    print(key, item, end='; ')\n"
            "print()\n"
        )

    def set_method(self):
        name, x = self.random.choice(NAMES["set"]), self.expression("int", 1)
        return self.guarded(
            f"{name}."
            + self.choose(
                f"add({x})",
                f"discard({x})",
                f"remove({x})",
                f"update({self.leaf('list')})",
            )
            + f"\nprint({name}, sorted({name}))\n"
        )

    def unpack(self):
        targets = self.choose(
            "a, b", "a, *b", "*a, b", "(a, b), c", "a, *b, c", "[a, b, c]", "a, b, c"
        )
        names = [c for c in "abc" if c in targets]
        return self.guarded(
            f"{targets} = {self.any(2)}\nprint({', '.join(names)})\n"
        )

    def body(self, depth):
        kinds = [self.show, self.assign, self.list_method, self.print]
        if depth > 0:
            kinds += [lambda: self.loop(depth - 1), lambda: self.branch(depth - 1)]
        return "".join(self.random.choice(kinds)() for _ in range(self.choose(1, 2)))

    def print(self):
        how = self.choose("", ", sep='-'", ", end='!\\n'")
        return self.guarded(f"print({self.any(2)}, {self.any(1)}{how})\n")

    def loop(self, depth=1):
        name = self.fresh("x")
        exit = self.choose(
            "", "", f"if {name} == 2:\n    break\n", f"if {name} == 1:\n    continue\n"
        )
        other = self.choose("", "", "else:\n    print('no break')\n")
        body = indent(exit + self.body(depth) + f"print({name})\n")
        if self.random.random() < 0.3:
            return (
                f"{name} = 0\nwhile {name} < {self.choose(1, 3)}:\n"
                f"    {name} += 1\n{body}{other}"
            )
        over = self.choose(
            "range(3)", "range(4, 0, -2)", "[1, 2]", "enumerate('ab')", "{1: 2, 2: 3}",
            "sorted(u0)[:2]", "l0[:3]", "'xyz'", "zip(t0, w0)", "reversed((1, 2))",
        )
        return self.guarded(f"for {name} in {over}:\n{body}{other}")

    def branch(self, depth=1):
        text = f"if {self.condition(2)}:\n{indent(self.body(depth))}"
        if self.random.random() < 0.5:
            text += f"elif {self.condition(1)}:\n{indent(self.body(depth))}"
        return self.guarded(text + "else:\n    print('else')\n")

    def function(self):
        name = self.fresh("function")
        parameters = self.choose(
            "a, b=2", "a, *args", "a, b=1, **named", "a, *, key=3", "*args, **named",
            "a, b", "a=1, b=2, *args, key=None", "a, /, b=2",
        )
        shown = [
            word
            for word in ("a", "b", "args", "named", "key")
            if word in parameters.replace("*", " ").replace("=", " ")
            .replace(",", " ").split()
        ]
        calls = "".join(
            f"said({self.count}, lambda: {name}({arguments}))\n"
            for arguments in [
                self.choose("1", "1, 2", "", "1, 2, 3", "*[1, 2]", "**{'a': 1}"),
                self.choose("1, key=4", "a=1", "b=3, a=1", "1, a=2", "1, other=2", "1"),
            ]
        )
        return (
            f"def {name}({parameters}):\n"
            f"    return {', '.join(shown)}, {self.expression('int', 1)}\n\n\n"
            f"{calls}"
        )

    def closure(self):
        name = self.fresh("counter")
        return (
            f"def {name}(start):\n"
            "    total = start\n\n"
            "    def add(n=1):\n"
            "        nonlocal total\n"
            f"        total {self.choose('+=', '-=')} n\n"
            "        return total\n\n"
            f"    return {self.choose('add', 'add, lambda: total')}\n\n\n"
            f"add = {name}({self.expression('int', 0)})\n"
            "add = add[0] if isinstance(add, tuple) else add\n"
            "print(add(), add(5), add(n=2))\n"
        )

    def generator(self):
        name = self.fresh("generator")
        return (
            f"def {name}(n):\n"
            "    try:\n"
            f"        for x in {self.choose('range(n)', 'l2[:n]', 'reversed(range(n))')}:\n"
            f"            got = yield x {self.choose('* 2', '+ 1', '** 2')}\n"
            "            if got:\n"
            "                print('got', got)\n"
            f"        {self.choose('yield from w0[:2]', 'return 7', 'yield -1')}\n"
            "    finally:\n"
            "        print('closed')\n\n\n"
            f"print(list({name}({self.choose(0, 2, 3)})))\n"
            f"it = {name}(3)\n"
            "print(next(it))\n"
            f"said('more', lambda: {self.choose('it.send(5)', 'next(it)', 'it.close()', 'it.throw(ValueError(3))')})\n"
            "said('last', lambda: list(it))\n"
        )

    def klass(self):
        name = self.fresh("Class")
        methods = {
            "__repr__": "def __repr__(self):\n    return f'{type(self).__name__}({self.x})'\n",
            "__str__": "def __str__(self):\n    return f'<{self.x!r}>'\n",
            "__eq__": "def __eq__(self, other):\n    return self.x == getattr(other, 'x', other)\n",
            "__len__": "def __len__(self):\n    return len(str(self.x))\n",
            "__getitem__": "def __getitem__(self, key):\n    return (key, self.x)[key]\n",
            "__contains__": "def __contains__(self, item):\n    return item == self.x\n",
            "__call__": "def __call__(self, *args):\n    return args, self.x\n",
            "__iter__": "def __iter__(self):\n    yield self.x\n    yield 2\n",
            "__enter__": "def __enter__(self):\n    print('enter')\n    return self\n",
            "__exit__": "def __exit__(self, kind, error, trace):\n"
            f"    print('exit', kind and kind.__name__, error)\n    return {self.choose(True, False)}\n",
            "value": "@property\ndef value(self):\n    return self.x * 2\n",
            "setter": "@value.setter\ndef value(self, v):\n    self.x = v\n",
            "make": "@classmethod\ndef make(cls, *args):\n    return cls(*args)\n",
            "helper": "@staticmethod\ndef helper(a, b=2):\n    return a, b\n",
            "__hash__": "def __hash__(self):\n    return 5\n",
        }
        chosen = [m for m in methods if self.random.random() < 0.45]
        if "setter" in chosen and "value" not in chosen:
            chosen.remove("setter")
        if "__repr__" not in chosen:
            chosen.insert(0, "__repr__")
        text = f"class {name}:\n    count = 0\n\n"
        text += "    def __init__(self, x):\n        self.x = x\n        type(self).count += 1\n\n"
        text += "\n".join(indent(methods[method]) for method in chosen)
        text += f"\n\nclass Sub{name}({name}):\n"
        text += (
            "    def __init__(self, x, y=1):\n"
            "        super().__init__(x)\n"
            "        self.y = y\n\n"
            "    def __repr__(self):\n"
            "        return 'Sub' + super().__repr__()\n\n\n"
        )
        text += f"o, p = {name}({self.leaf('int')}), Sub{name}({self.leaf('str')})\n"
        uses = [
            "o", "p", "str(o)", "o == p", "o == o.x", "o != p", "len(p)", "o[0]", "p[5]", "3 in o",
            "o(1, 2)", "list(o)", "o.value", "p.value", "p.y", "o.y", "Sub%s.make(3)" % name,
            "o.helper(1)", "bool(o)", "[o, p]", "f'{o} {p!r:>12}'", "o < p", "o + 1",
            "isinstance(p, %s)" % name, "hash(o)", "{o: 1}", "(%s.count, Sub%s.count)" % (name, name),
            "%s()" % name, "Sub%s(1, 2, 3)" % name, "vars(o)", "p.__dict__", "type(p).__mro__[0].__name__",
            "o.nothing", "setattr(o, 'z', 5) or o.z", "sorted([o, p])", "next(iter(o))", "'%s' % o",
            "iter(o) is o", "sum(o)", "o.__class__.__name__",
        ]
        uses = [u for u in uses if u != "hash(o)" or "__hash__" in chosen or "__eq__" in chosen]
        for use in self.random.sample(uses, 6):
            self.count += 1
            text += f"said({self.count}, lambda: {use})\n"
        if "__enter__" in chosen or "__exit__" in chosen:
            text += self.guarded(
                f"with o as inner:\n    print(inner)\n    {self.choose('pass', '1 // 0')}\n"
            )
        if "value" in chosen:
            text += self.guarded("o.value = 4\nprint(o.value)\n")
        return text

    def raising(self):
        name = self.fresh("Error")
        base = self.choose("Exception", "ValueError", "KeyError", "RuntimeError")
        arguments = self.choose("", "1", "'text'", "1, 'two'", "[1]", "None")
        how = self.choose(
            f"raise {name}({arguments})",
            f"raise {name}",
            f"raise {name}({arguments}) from KeyError('cause')",
            f"assert {self.choose('0', '1 > 2')}, {self.any(0)}",
            f"raise {self.any(0)}",
            "1 // 0",
        )
        return (
            f"class {name}({base}):\n    pass\n\n\n"
            "try:\n"
            "    try:\n"
            f"        {how}\n"
            f"    except {self.choose(name, 'LookupError', 'ArithmeticError', 'Exception')} as error:\n"
            "        print('first', repr(error), str(error))\n"
            f"        {self.choose('raise', 'pass', 'raise OSError(1) from error', 'raise TypeError')}\n"
            "    finally:\n"
            "        print('finally')\n"
            "except BaseException as error:\n"
            "    print(type(error).__name__, error, error.args, repr(error.__cause__),\n"
            "          repr(error.__context__))\n"
        )

    def finally_flow(self):
        name = self.fresh("flow")
        return (
            f"def {name}(n):\n"
            "    for x in range(n):\n"
            "        try:\n"
            f"            if x == {self.choose(0, 1)}:\n"
            f"                {self.choose('continue', 'break', 'return x', 'raise ValueError(x)')}\n"
            "            print('body', x)\n"
            f"        except {self.choose('ValueError', 'KeyError')}:\n"
            f"            {self.choose('continue', 'break', 'print(1)', 'return 5')}\n"
            "        finally:\n"
            f"            print('finally', x)\n"
            f"            {self.choose('pass', 'pass', 'if x: break')}\n"
            "    else:\n"
            "        print('else')\n"
            "    return 'end'\n\n\n"
            f"said({self.count}, lambda: {name}({self.choose(1, 2, 3)}))\n"
        )

    def decorator(self):
        name = self.fresh("wrap")
        return (
            f"def {name}(times):\n"
            "    def decorate(function):\n"
            "        def inner(*args, **named):\n"
            "            return [function(*args, **named) for _ in range(times)]\n"
            "        return inner\n"
            "    return decorate\n\n\n"
            f"@{name}({self.choose(0, 1, 2)})\n"
            f"def work(a, b={self.leaf('int')}):\n"
            f"    return a, b, {self.expression('str', 1)}\n\n\n"
            f"said({self.count}, lambda: work({self.choose('1', '1, b=2', '')}))\n"
        )

    def end(self):
        """Sometimes an exception that nobody catches, through some calls."""
        if self.random.random() < 0.5:
            return ""
        call = self.choose("outer(3)", "Box().method(2)", "list(walk())", "[outer(x) for x in l2]")
        how = self.choose(
            self.wrong(), "1 // n", "l1[n]", "missing", "d1['none']", "int('x')"
        )
        catch = self.choose("", "", "Exception", "KeyError")
        text = f"return {how}\n"
        if catch:
            text = f"try:\n    {text}except {catch} as error:\n"
            text += f"    {self.choose('raise ValueError(n) from error', 'raise', 'raise KeyError(n)', 'raise OSError(n) from None')}\n"
            text += "return n\n"
        return (
            "def outer(n):\n"
            "    if n > 0:\n"
            "        return outer(n - 1) + 1\n"
            f"{indent(text)}\n\n"
            "class Box:\n"
            "    def method(self, n):\n"
            "        return (lambda: outer(n))()\n\n\n"
            "def walk():\n"
            "    yield 1\n"
            "    yield Box().method(0)\n\n\n"
            f"print({call})\n"
        )


WEIGHTS = {
    "show": 10,
    "show_condition": 5,
    "show_wrong": 6,
    "assign": 8,
    "augmented": 4,
    "list_method": 3,
    "list_slice": 3,
    "dict_method": 3,
    "set_method": 2,
    "unpack": 3,
    "print": 2,
    "loop": 3,
    "branch": 3,
    "function": 3,
    "closure": 1,
    "generator": 2,
    "klass": 3,
    "raising": 3,
    "finally_flow": 2,
    "decorator": 1,
}


def pieces(random, features):
    maker = Maker(random)
    kinds = random.choices(
        list(WEIGHTS), list(WEIGHTS.values()), k=random.randint(8, 30)
    )
    made = [getattr(maker, kind)() for kind in kinds]
    return PRELUDE, made, maker.end()
