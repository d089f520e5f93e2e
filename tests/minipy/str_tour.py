# SPDX-License-Identifier: MIT
# Strings: methods, formats, unicode.
s = "Hello, World"
print(s.upper(), s.lower(), s.swapcase(), s.title(), s.capitalize(), s.casefold())
print(s.find("o"), s.find("o", 5), s.find("z"), s.rfind("o"), s.index("W"), s.rindex("l"), s.count("l"), s.count(""), "".count(""), s.find("", 20), s.find("", 12))
print(s.replace("l", "L"), s.replace("l", "L", 1), s.replace("", "-"), s.replace("l", "L", 0), "aaa".replace("aa", "b"), "abc".replace("", "-", 2))
print(s.startswith("He"), s.startswith(("x", "H")), s.endswith("ld"), s.startswith("W", 7), s.endswith("o", 0, 5), s.startswith(""), "".startswith("", 1))
print(s.split(), s.split(","), s.split("o", 1), s.rsplit("o", 1), "  a b  c ".split(), "  a b  c ".split(None, 1), " a  b ".rsplit(None, 1), "a,b,,c".split(","), "".split(), "".split(","), s.split(sep="l", maxsplit=1))
print("a\nb\r\nc\rd".splitlines(), "a\nb\n".splitlines(True), "".splitlines(), "\n".splitlines(), s.partition(","), s.rpartition("o"), s.partition("z"), s.rpartition("z"))
print("  x ".strip() + "|", "xxaxx".strip("x"), "abcba".lstrip("ab"), "abcba".rstrip("ab"), "  x ".lstrip() + "|", "  x ".rstrip() + "|", "\t\n x".strip())
print("x".center(5) + "|", "x".center(6, "*"), "xy".center(5, "*"), "x".ljust(5, ".") + "|", "x".rjust(5) + "|", "42".zfill(5), "-42".zfill(5), "+4".zfill(4), "abc".zfill(2))
print("abc".isalpha(), "ab1".isalnum(), "12".isdigit(), "".isalpha(), " ".isspace(), "Abc".istitle(), "abc".islower(), "ABC".isupper(), "aB".islower(), "1".isupper(), "abc".isidentifier(), "1a".isidentifier(), "12".isdecimal(), "½".isnumeric(), "²".isdigit(), "abc".isascii(), "é".isascii(), "a\n".isprintable(), "é".isalpha(), "Ünïcode".isalpha())
print("-".join("abc"), "".join([]), ", ".join(["x"]), ",".join({"a": 1}), "".join(c for c in "abc" if c != "b"))
print("a\tb".expandtabs(), "a\tb".expandtabs(4), "abc\tx".expandtabs(2))
print("prefix_x".removeprefix("prefix_"), "x.py".removesuffix(".py"), "abc".removeprefix("x"))
print("abc"[0], "abc"[-1], "abcdef"[1:4], "abcdef"[::-1], "abcdef"[::2], "abcdef"[-3:], "abcdef"[10:], "abcdef"[4:1:-1], "abcdef"[:-1])
print("é" * 3, "日本語"[1], "日本語"[::-1], len("日本語"), "ß".upper(), "ΑΒΓ".lower(), "straße".title(), "ǆ".upper())
print("abc" < "abd", "abc" < "ab", "a" < "B", "é" > "z", "" < "a", "abc" == "abc", "a" != "b", "日" < "本")
print("a" in "abc", "" in "abc", "bc" in "abc", "ac" not in "abc")
print("%s|%5s|%-5s|%05d|%+d|%x|%X|%o|%e|%.2f|%g|%%|%c|%r|%a" % ("a", "b", "c", 42, 5, 255, 255, 8, 12345.678, 3.14159, 0.0001, "z", "q'", "é"))
print("%(a)s %(b)05.1f" % {"a": 1, "b": 2.25}, "%*d|%-*d|%.*f" % (5, 42, 5, 42, 2, 3.14159), "%#x %#o" % (255, 8), "% d" % 5, "%5.1f|%-8.3e|%G" % (3.14159, 1234.5, 1e-10), "%i %u" % (3, 4), "%s" % [1, 2], "%s" % ((1, 2),), "%d" % 3.99, "%s %s" % ("a", None))
print("{} {}".format(1, 2), "{1} {0}".format("a", "b"), "{x} {y}".format(x=1, y=2), "{0[1]} {1.real}".format([1, 2], 5), "{!r} {!s} {!a}".format("a", "b", "é"), "{:>5}|{:<5}|{:^5}|{:*^7}".format(1, 2, 3, 4), "{:{w}.{p}f}".format(3.14159, w=10, p=2), "{{}} {}".format(1), "{0:x} {0:o} {0:b} {0:#x} {0:#b}".format(255), "{:,} {:_} {:+} {: }".format(1234567, 1234567, 5, 5), "{:.3} {:10.2}|".format("abcdef", "abc"), "{:e} {:.2%} {:g}".format(12345.6, 0.256, 1e20), "{a[x]} {b[0][1]}".format(a={"x": 5}, b=[[1, 2]]), "{:c}{:n}".format(65, 5))
print(repr("a'b"), repr('a"b'), repr("a'b\"c"), repr("\n\t\r\\\x00\x7f\x80\xa0é\u200b\U0001f600"), ascii("é日\U0001f600"))
print("abc".maketrans({"a": "1", "b": None}), "abcab".translate({97: "X", 98: None, 99: 100}), "hello".translate(str.maketrans("el", "ip")), "abc".translate(str.maketrans("a", "b", "c")))
print(str(), str(5), str(None), str([1, "a"]), str({"a": 1}), str((1,)), str(1.0), str(True))
print("a" "b" 'c', r"\n", R'\t', "a\
b", "\x41\u0042\U00000043\103", """tri
ple""", '''q'q''')
print("abc".__len__() if hasattr("abc", "__len__") else 3, "x".format(), "abc".index("c"), hash("a") == hash("a"))
for m in ("upper", "split", "foo"):
    print(m, hasattr("", m))
print("Mary had".split("a"), "a b c".split(" ", -1), "a b c".split(" ", 0), "abc".split("abc"), "1<>2<>3".split("<>"))
print("they're bill's UK".title(), "hello world".capitalize(), "HELLO".capitalize(), "x1y2".title())
print(max("hello"), min("hello"), sorted("hello"), list(reversed("abc")), set("aab") == {"a", "b"}, list(enumerate("ab", 1)))
print("abc".encode().decode() if False else "", "a" * 0, "ab" * -1, 3 * "ab")
print(" x y ".split(" "), "a||b".split("|"), ",".split(","), "ab".rsplit("b"), "a.b.c".rsplit(".", 1), "a.b.c".rsplit("."), "x".rsplit(None, 0))
print("{:5}|{:5}|{:<5}|{:05}|{:^05}".format("a", 1, 1, 1, 1), "{:+.1e}".format(-12.5), "{:010.3f}|{:<010}|{:=+8d}".format(3.14159, 5, 3), "{:#o} {:#X} {:#.3g}".format(8, 255, 1.0), "{:,.2f}".format(1234567.891), "{:_b} {:_x}".format(1023, 1 << 20), "{:%}".format(0.5), "{!r:>10}".format("a"), "{:>{}}".format("a", 5))
print(f"{1+1} {'a'!r} {3.14159:.2f} {5:>{3}} {'x':*^{5}} {[1,2]} {{}} {1:{'0'}>{4}} {None} {True:d} {1e10} {10**15} {1.5:g}")
x = 5; name = "w"
print(f"{x=} {x = } {x=:>4} {name=} {name=!s} {x+1=} {f'{x}'} {x:{x}} {'nested ' + f'{name}'} {(lambda q: q * 2)(3)} {x if x else 0} {x!r:>3} {'a' 'b'}")
print(f'''{
x
} tri {name}''', rf"\d{x}", fr'\d{x}', F"{x}", f"" "a" f"{x}" "b", f"{x}{x}", f"{{{x}}}", f"{{x}}", f"{ {'a': 1}['a'] }", f"{'a':>5}", f"{x:,}", f"{-5:+d}", f"{1_000_000:,}")
class F:
    def __format__(self, spec): return "F<" + spec + ">"
    def __str__(self): return "Fstr"
    def __repr__(self): return "Frepr"
print(f"{F()} {F():abc} {F()!r} {F()!s:>6}", "{:x y}".format(F()), format(F(), "q"), format(3.5), format("a", "3") + "|", format(1234, ","), "%s %r" % (F(), F()))
