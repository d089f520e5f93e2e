# SPDX-License-Identifier: MIT
# Dict, set and generator comprehensions.
print({x: x * x for x in range(4)}, {k: v for k, v in [("a", 1), ("b", 2)] if v > 1})
print(sorted({x % 3 for x in range(10)}), {len(w): w for w in ["a", "bb", "c"]})
print({v: k for k, v in {"a": 1, "b": 2}.items()}, dict((i, str(i)) for i in range(2)))
print(sum(x for x in range(5)), max(len(w) for w in "a bbb cc".split()))
print(",".join(str(x) for x in range(3)), tuple(x for x in "ab"), set(x for x in [1]))
print({(i, j): i * j for i in range(2) for j in range(2)}, {**{i: 0 for i in range(2)}})
lazy = (print("evaluated", x) for x in range(2))
print("before")
for item in lazy:
    print(item)
print({i: {j: j for j in range(i)} for i in range(3)})
try:
    [1 // x for x in (1, 0)]
except ZeroDivisionError as error:
    print(error)
print(any(c.isdigit() for c in "ab1"), all(c.isalpha() for c in "ab1"))
