# SPDX-License-Identifier: MIT
# small: 1 11
# A parser and a writer of JSON, on a document that the script makes.
import sys

ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/"}
NAMES = {"true": True, "false": False, "null": None}


class ParseError(Exception):
    pass


class Parser:
    def __init__(self, text):
        self.text = text
        self.at = 0

    def fail(self, message):
        raise ParseError(f"{message} at {self.at}")

    def peek(self):
        text, at = self.text, self.at
        while at < len(text) and text[at] in " \n\t":
            at += 1
        self.at = at
        return text[at] if at < len(text) else ""

    def expect(self, character):
        if self.peek() != character:
            self.fail(f"expected {character!r}")
        self.at += 1

    def value(self):
        character = self.peek()
        if character == "{":
            return self.object()
        if character == "[":
            return self.array()
        if character == '"':
            return self.string()
        if character in "-0123456789" and character:
            return self.number()
        for name in NAMES:
            if self.text.startswith(name, self.at):
                self.at += len(name)
                return NAMES[name]
        self.fail("unexpected " + repr(character))

    def object(self):
        result = {}
        self.expect("{")
        while self.peek() != "}":
            if result:
                self.expect(",")
                self.peek()
            key = self.string()
            self.expect(":")
            result[key] = self.value()
        self.at += 1
        return result

    def array(self):
        result = []
        self.expect("[")
        while self.peek() != "]":
            if result:
                self.expect(",")
            result.append(self.value())
        self.at += 1
        return result

    def string(self):
        self.expect('"')
        parts = []
        while True:
            if self.at >= len(self.text):
                self.fail("unterminated string")
            character = self.text[self.at]
            self.at += 1
            if character == '"':
                return "".join(parts)
            if character == "\\":
                character = ESCAPES[self.text[self.at]]
                self.at += 1
            parts.append(character)

    def number(self):
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in "+-.eE0123456789":
            self.at += 1
        word = self.text[start : self.at]
        if "." in word or "e" in word or "E" in word:
            return float(word)
        return int(word)


def quote(text):
    for escape, character in (("\\", "\\"), ("n", "\n"), ('"', '"'), ("t", "\t")):
        text = text.replace(character, "\\" + escape)
    return '"' + text + '"'


def dump(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return str(value).lower()
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(dump(item) for item in value) + "]"
    return "{" + ", ".join(f"{quote(k)}: {dump(v)}" for k, v in value.items()) + "}"


def document(i):
    return {
        "id": i,
        "name": "item \"%d\"\n" % i,
        "price": i * 1.25 + 0.5,
        "tags": ["tag%d" % (i % 7), "even" if i % 2 == 0 else "odd", ""],
        "nested": {"list": [[i], [], [i, [i + 1]]], "flag": i % 3 == 0, "none": None},
        "path": "c:\\dir\\" + str(i),
        "small": -i / 1e9,
    }


def main(rounds, items):
    data = [document(i) for i in range(items)]
    text = dump(data)
    for i in range(rounds):
        parsed = Parser(text).value()
        if parsed != data or dump(parsed) != text:
            print("round", i, "differs")
    print(len(text), "characters,", len(parsed), "items")
    print(parsed[7])
    print(dump(parsed[10]))
    for wrong in ("[1, 2", '{"a" 1}', "[tru]", '"abc', "", "[1 2]"):
        try:
            print(Parser(wrong).value())
        except ParseError as error:
            print(wrong, "->", error)


sizes = [int(argument) for argument in sys.argv[1:]] or [20, 100]
main(*sizes)
