# SPDX-License-Identifier: MIT
# A bit of everything.
def f(a, b=2, *args, c, d=4, **kw): return (a, b, args, c, d, kw)
print(f(1, c=3), f(1, 2, 3, 4, c=5, e=6), f(*[1, 2], **{"c": 3, "z": 4}), f(1, *(2, 3), c=1, **{}), f(c=1, a=2))
def g(x, y=[]): y.append(x); return y
print(g(1), g(2), g.__defaults__, g.__name__, f.__kwdefaults__, f.__defaults__)
def h(a, /, b, *, c): return a, b, c
print(h(1, 2, c=3), h(1, b=2, c=3))
try: h(a=1, b=2, c=3)
except TypeError as e: print(e)
x = 1
def sc():
    global x
    x = 2
    def inner():
        nonlocal y
        y += 1
        return y
    y = 10
    inner(); inner()
    return y
print(sc(), x)
def mk():
    fs = []
    for i in range(3): fs.append(lambda: i)
    gs = [lambda i=i: i for i in range(3)]
    return [q() for q in fs], [q() for q in gs]
print(mk())
def deco(n):
    def d(fn):
        def w(*a, **k):
            print("call", n, fn.__name__); return fn(*a, **k)
        return w
    return d
@deco(1)
@deco(2)
def add(a, b): return a + b
print(add(1, b=2))
a, (b, *c), d = 1, (2, 3, 4), 5; print(a, b, c, d)
*a, b = "xyz"; print(a, b)
a = b = c = []; a.append(1); print(b, a is c)
[a, b] = (1, 2); (a), b = b, a; print(a, b)
for i, (j, *k) in enumerate([(1, 2, 3), (4, 5)]): print(i, j, k)
l = list(range(10)); l[2:5] = "ab"; print(l); l[::2] = [0] * len(l[::2]); print(l); del l[1:3]; print(l); del l[::2]; print(l); l[1:1] = [7, 8]; print(l); l[:] = []; print(l)
l = [1, 2, 3]; l += (4,); l *= 2; print(l); l[-1] = 9; l[0] += 10; print(l, l[1:-1], l[::-1], l[5:1:-2])
d = {"a": 1}; d["b"] = 2; d |= {"c": 3}; print(d, d | {"a": 9}, list(d), d.keys(), d.values(), d.items(), len(d), "a" in d, d.get("z"), d.get("z", 0), d.pop("a"), d.setdefault("q", []), d.popitem(), d)
d.update(x=1); d.update([("y", 2)]); d.update({"z": 3}, w=4); print(d, dict(d), d == dict(d), d.copy() is d, dict.fromkeys("ab"), dict.fromkeys([1], 2), {**d, "x": 9}, sorted(d.items()), max(d, key=d.get), list(reversed(d)), list(d.items())[0])
print(d.keys() & {"x", "q"}, d.keys() - {"x"} == {"b", "c", "y", "z", "w"}, {"x"} | d.keys() >= {"x"}, d.items() == d.items(), d.keys() == {"b", "c", "x", "y", "z", "w"}, "x" in d.keys(), 3 in d.values(), ("x", 1) in d.items(), d.keys() == dict(d).keys(), len(d.values()))
s = {3, 1, 2}; print(s, s | {4}, s & {1}, s - {1}, s ^ {1, 9}, s <= {1, 2, 3}, s < s, s >= {1}, s.isdisjoint({7}), s.union([5], [6]), s.intersection([1, 2], [2]), s.difference([1]), s.symmetric_difference([1, 5]), s == {1, 2, 3}, frozenset(s), set(), frozenset(), {1} == frozenset([1]), len(s), 1 in s)
s.add(10); s.discard(99); s.discard(1); s |= {20}; s -= {2}; s &= {3, 10, 20}; s ^= {3}; print(sorted(s), s.pop() in (10, 20)); s.clear(); print(s, s.copy()); s.update([1], (2,)); print(s.issubset([1, 2, 3]), s.issuperset([1]), hash(frozenset([1])) == hash(frozenset([1])))
s = {1,2,3,4}; s.difference_update([1]); s.intersection_update([2,3]); s.symmetric_difference_update([3,5]); print(s)
t = (1, 2, 3); print(t + (4,), t * 2, t[1:], t.index(2), t.count(1), (1,), (), t < (1, 3), hash(t) == hash((1, 2, 3)), 2 in t, *t)
print(1 < 2 < 3, 1 < 2 > 1, 1 == 1.0 == True, not 1 == 2, 1 if 0 else 2, 0 or "a" or 1, 1 and 0 and 2, None is None, [] is not [], 3 in [1, 2, 3] in [True], (lambda: 5)(), -2 ** 2, 2 ** 3 ** 2, -7 // 2, -7 % 3, 7 % -3, 7 // -2, -7.5 // 2, -7.5 % 2, 5 / 2, 4 / 2, 1e3, 0x1F, 0b11, 0o17, 1_000, 1 << 10, -1 >> 1, 5 & 3 | 4 ^ 1, ~5, +3, 10 ** -1, 0.1 + 0.2, 1e16, 1e15, 123456789.123456789, 1e-5, 0.0001, float("inf"), float("-inf"), float("nan"), -0.0, 1.0, 1e100, 3.0e-10)
n = 0
while True:
    n += 1
    if n == 2: continue
    if n > 4: break
else: print("no")
while n < 6: n += 1
else: print("else", n)
for i in []: pass
else: print("empty else")
for i in range(3):
    if i == 1: break
else: print("no")
print([x for x in range(10) if x % 2 if x > 3], [(i, j) for i in range(2) for j in range(i + 1)], {i: i * i for i in range(3)}, {i % 2 for i in range(5)}, [[j for j in range(i)] for i in range(3)], [y := 5, y + 1], sum(i for i in range(5)), [a for a, *b in [(1, 2), (3,)]])
def fin():
    try: return "try"
    finally: print("fin")
def fin2():
    for i in range(3):
        try:
            if i == 1: continue
            if i == 2: break
            print(i)
        finally: print("f", i)
    return "done"
def fin3():
    try: 1 / 0
    except ZeroDivisionError: return "exc"
    else: return "else"
    finally: print("fin3")
def fin4():
    try: return 1
    finally: return 2
def fin5():
    while True:
        try: 1/0
        finally: break
    return "swallowed"
print(fin(), fin2(), fin3(), fin4(), fin5())
try:
    try: 1 / 0
    except ZeroDivisionError as e: raise ValueError("v") from e
except ValueError as e: print(repr(e.__cause__), repr(e.__context__), e.__suppress_context__)
try:
    try: 1 / 0
    finally: [][1]
except IndexError as e: print(repr(e.__context__))
try: e
except NameError as n: print(n)
try:
    raise ValueError
except (TypeError, ValueError) as q: print(repr(q), q.args, bool(str(q)))
else: print("no")
finally: print("fin")
assert 1, "no"
try: assert 0, "msg"
except AssertionError as e: print(e, repr(e))
try: assert 0
except AssertionError as e: print(repr(e), e.args)
def rec(n): return rec(n + 1)
try: rec(0)
except RecursionError as e: print(e)
print(*map(lambda a, b: a + b, [1, 2], [3, 4]), *filter(None, [0, 1, "", "a"]), *zip([1, 2], "ab"), *enumerate("x"), *reversed([1, 2]), sep="|", end="!\n")
print(all([]), any([]), min(3, 1), max("a", "b"), sum([1.5, 2]), abs(-5), round(2.5), round(3.5), round(2.675, 2), round(1234, -2), round(-1.5), divmod(-7, 2), pow(2, 10), pow(2, 5, 7), bin(10), hex(255), oct(8), ord("a"), chr(97), int("ff", 16), int("-12"), int(3.9), int(-3.9), float("1.5"), bool(""), str(1.0), list("ab"), tuple([1]), id(x) == id(x), callable(len), repr("a"), ascii("é"), format(5, "03"), hash(1) == hash(1.0), isinstance(True, int), type(None), type(...), ..., NotImplemented)
del x
try: x
except NameError as e: print(e)
if (k := 5) > 3: print(k)
print("a" if k else "b", [k for k in range(3)], k)
global_var = lambda *a, k=1, **kw: (a, k, kw); print(global_var(1, 2, k=3, z=4))
print(int.__name__, (5).__class__, len.__name__, f.__qualname__, (lambda: 0).__name__)
print([1, [2, [3]]] == [1, [2, [3]]], [1, 2] < [1, 3], [1] < [1, 0], (1, "a") < (1, "b"), [] < [0], {1: [2]} == {1: [2]})
a = [1, 2]; a.append(a); print(a, a == a); dd = {}; dd["s"] = dd; print(dd); tt = ([],); tt[0].append(tt); print(tt)
l = [3, 1, 2]; l.sort(); print(l); l.sort(reverse=True); print(l); l.sort(key=lambda v: -v); print(l); l.insert(0, 9); l.insert(100, 8); l.extend("ab"); l.remove(9); print(l, l.pop(), l.pop(0), l.index(8), l.count(2), l.copy() == l); l.reverse(); print(l); l.clear(); print(l)
print(sorted(["b", "A", "c"], key=str.lower), sorted([(2, "a"), (1, "b")]), sorted("hello", reverse=True), sorted({"b": 1, "a": 2}, key=lambda k: k), min([3, 1], key=lambda v: -v), max([], default=None))
print(range(5), range(1, 10, 2), list(range(5, 0, -1)), len(range(0, 10, 3)), 3 in range(5), range(10)[2:5], range(10)[-1], range(3) == range(0, 3), list(reversed(range(3))), range(5).index(2), range(5).count(2), range(0), bool(range(0)), range(1, 10, 2).start, range(10).stop, range(10).step)
print(slice(1, 2), slice(None, 5, 2).stop, [1, 2, 3][slice(1)], slice(1,2) == slice(1,2))
i = 5; i -= 1; i *= 2; i //= 3; i **= 2; i %= 3; i <<= 2; i |= 1; i &= 7; i ^= 2; i >>= 1; print(i); fl = 1.5; fl /= 2; fl += 1; print(fl)
print(True + True, True * 3, True == 1, int(True), str(True), True & False, True | 2, not True, True < 2, {True: "a", 1: "b"})
