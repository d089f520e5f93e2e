# SPDX-License-Identifier: MIT
# Generators: send, throw, close, and yield from, which passes them on.
def g():
    try:
        x = yield 1
        print("got", x)
        y = yield 2
        print("got", y)
    except ValueError as e:
        print("caught", e)
        yield 99
    finally:
        print("finally")
    return 7
it = g()
print(next(it), it.send("a"), it.throw(ValueError("boo")))
try: next(it)
except StopIteration as e: print("stop", e.value)
it = g(); next(it); it.close(); it.close()
try: next(it)
except StopIteration as e: print("stop", e.value, e.args)
it = g()
try: it.send(5)
except TypeError as e: print(e)
it.close()
def bad():
    try: yield 1
    except GeneratorExit: yield 2
b = bad(); next(b)
try: b.close()
except RuntimeError as e: print(e)
def sub():
    r = yield "s1"
    print("sub got", r)
    try:
        yield "s2"
    except KeyError as k:
        print("sub caught", k)
        yield "s3"
    return "subret"
def outer():
    r = yield from sub()
    print("outer got", r)
    yield "end"
o = outer()
print(next(o)); print(o.send("hello")); print(o.throw(KeyError("k"))); print(next(o))
def outer2():
    r = yield from [1,2,3]
    print(r)
    try:
        yield from sub()
    finally:
        print("outer2 fin")
o = outer2()
print(next(o), next(o), next(o), next(o))
o.close()
o = outer2()
for i in range(4): next(o)
try: o.throw(IndexError("xx"))
except IndexError as e: print("ie", e)
def count(n):
    while n: 
        yield n
        n -= 1
print(list(count(4)), sum(count(5)), max(count(3)), sorted(count(3)), tuple(count(2)), dict(zip("abc", count(3))))
print(list(x*y for x in count(3) for y in count(2) if x != y))
g2 = (i for i in range(3))
print(type(g2).__name__, g2.__name__, g2.__qualname__, next(g2), list(g2), list(g2))
def deleg():
    x = yield from count(2)
    return (x, "done")
d = deleg()
print(list(d))
def it2():
    raise StopIteration("inner")
    yield
try: next(it2())
except RuntimeError as e: print(repr(e), repr(e.__cause__), repr(e.__context__))
def gen_in_loop():
    for i in range(3):
        try:
            yield i
        except ValueError:
            print("ve at", i)
g3 = gen_in_loop()
print(next(g3), g3.throw(ValueError), next(g3))
try: next(g3)
except StopIteration: print("over")
def rec(n):
    if n:
        yield from rec(n-1)
        yield n
print(list(rec(5)))
def self_run():
    yield next(me)
me = self_run()
try: next(me)
except ValueError as e: print(e)
try: me.throw(ValueError("after"))
except ValueError as e: print(e)
def f():
    x = yield
    while True:
        x = yield x * 2
c = f(); next(c); print([c.send(i) for i in range(4)])
print(c.gi_running, c.gi_running) if hasattr(c, "gi_running") else print(False, False)
try: c.throw(5)
except TypeError as e: print(e)
try: next(5)
except TypeError as e: print(e)
try: iter(5)
except TypeError as e: print(e)
print(next(iter([]), 'd'))
def with_return():
    yield 1
    return
    yield 2
print(list(with_return()))
def lam():
    return (lambda: (yield 3))()
print(list(lam()))
class It:
    def __init__(s): s.n = 0
    def __iter__(s): return s
    def __next__(s):
        s.n += 1
        if s.n > 3: raise StopIteration
        return s.n
    def send(s, v): return ("sent", v)
def dd():
    x = yield from It()
    print("x", x)
q = dd()
print(next(q), q.send(5), next(q))
a, *b = (i for i in range(4)); print(a, b)
print([*count(2), *"ab"], {*count(2)}, (*count(2),))
