# SPDX-License-Identifier: MIT
# f-strings: expressions, conversions, specs, nesting.
name, age, pi = "Ann", 30, 3.14159
print(f"{name} is {age} years old")
print(f"{age + 1} {age * 2:>6} {name.upper()} {len(name)} {name[0]}")
print(f"{name!r} {name!s:>5} {name!r:>8} {'literal'}")
print(f"{pi:.2f} {pi:8.3f}| {pi:<8.1f}| {age:05d} {age:+d} {age:x} {age:#o} {age:b}")
print(f"{1234567:,} {1234567:_} {0.5:.0%} {age:3}|{name:3}|{name:6}|")
width, digits = 10, 3
print(f"{pi:{width}.{digits}f}| {name:*^{width}}|")
print(f"{{literal}} {{{age}}} {'a' if age > 20 else 'b'} {[i for i in range(3)]}")
print(f"{ {'k': 1}['k'] } {(lambda x: x + 1)(1)} {max(1, 2)} {not True}")
print(f"a" f"{age}" "b", f'{"nested"}', f"{f'{age}'}")
print(f"""{name}
{age}""")
print(f"{None} {True} {[1, 'a']} {(1,)} {{}} {dict(a=1)}")
print(rf"\d{age}\n", f"\t{age}\x41")
