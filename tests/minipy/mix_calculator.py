# SPDX-License-Identifier: MIT
# A small program: an interpreter of arithmetic.
def tokens(text):
    i = 0
    while i < len(text):
        c = text[i]
        if c.isspace():
            i += 1
            continue
        j = i + 1
        if c.isdigit():
            while j < len(text) and (text[j].isdigit() or text[j] == "."):
                j += 1
            word = text[i:j]
            yield "number", float(word) if "." in word else int(word)
        elif c.isalpha():
            while j < len(text) and text[j].isalnum():
                j += 1
            yield "name", text[i:j]
        elif c in "+-*/()=":
            yield c, c
        else:
            raise ValueError(f"bad character {c!r} at {i}")
        i = j
    yield "end", None


class Parser:
    def __init__(self, text, names):
        self.tokens = list(tokens(text))
        self.at = 0
        self.names = names

    def take(self, *kinds):
        token = self.tokens[self.at]
        if token[0] not in kinds:
            return None
        self.at += 1
        return token

    def chain(self, operators, operand):
        value = operand()
        token = self.take(*operators)
        while token:
            value = operators[token[0]](value, operand())
            token = self.take(*operators)
        return value

    def expression(self):
        return self.chain(SUM, self.term)

    def term(self):
        return self.chain(PRODUCT, self.factor)

    def factor(self):
        token = self.take("number", "name", "(", "-")
        if token is None:
            raise ValueError("unexpected %s" % self.tokens[self.at][0])
        kind, value = token
        if kind == "-":
            return -self.factor()
        if kind == "name":
            return self.names[value]
        if kind == "(":
            value = self.expression()
            if not self.take(")"):
                raise ValueError("missing )")
        return value


SUM = {"+": lambda a, b: a + b, "-": lambda a, b: a - b}
PRODUCT = {"*": lambda a, b: a * b, "/": lambda a, b: a / b}
names = {"x": 10, "half": 0.5}
for text in (
    "1 + 2 * 3",
    "(1 + 2) * -3",
    "x * x / 4 - half",
    "1.5 * (2 + x",
    "2 $ 3",
    "y + 1",
    "1 / (x - 10)",
    "*",
):
    try:
        print(text, "=", Parser(text, names).expression())
    except (ValueError, KeyError, ZeroDivisionError) as error:
        print(text, "->", type(error).__name__, error)
