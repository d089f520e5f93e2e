# SPDX-License-Identifier: MIT
# Classes: attributes, operators, descriptors of the language.
class A:
    """doc of A"""
    x = 1
    def __init__(self, v): self.v = v
    def m(self): return self.v
    @classmethod
    def c(cls, a=1): return (cls.__name__, a)
    @staticmethod
    def s(a): return a * 2
    @property
    def p(self):
        "doc p"
        return self.v + 1
    @p.setter
    def p(self, val): self.v = val
    @p.deleter
    def p(self): del self.v
    def __repr__(self): return f"A({self.v})"
    def __eq__(self, o): return isinstance(o, A) and self.v == o.v
    def __hash__(self): return hash(self.v)
    def __lt__(self, o): return self.v < o.v
    def __add__(self, o): return A(self.v + (o.v if isinstance(o, A) else o))
    def __radd__(self, o): return A(o + self.v)
    def __iadd__(self, o): self.v += o; return self
    def __call__(self, *a, **k): return (a, k)
    def __len__(self): return self.v
    def __getitem__(self, k): return k
    def __contains__(self, k): return k == self.v
    def __neg__(self): return A(-self.v)
    def __bool__(self): return self.v > 0
class B(A):
    def __init__(self, v, w):
        super().__init__(v)
        self.w = w
    def m(self): return ("B", super().m(), self.w)
    @classmethod
    def c(cls, a=2): return ("B", super().c(a))
    @property
    def p(self): return ("Bp", super().p)
a = A(3); b = B(4, 5)
print(a, b, a.m(), b.m(), A.c(), B.c(), b.c(9), A.s(4), a.s(5), a.p, b.p, A.x, b.x, A.__doc__, B.__doc__, A.p.__doc__)
a.p = 10; print(a.v); del a.p
try: a.v
except AttributeError as e: print(e)
a.v = 2
try: b.p = 4
except AttributeError as e: print(e)
print(a == A(2), a != A(2), a == 2, hash(a) == hash(2), a < A(3), a > A(1), sorted([A(3), A(1)]), a + 1, 1 + a, a + a, sum([a, a]), a(1, k=2), len(a), a[1:2], a[1, 2], a["k"], a[::2], 2 in a, -a, bool(A(0)), not A(0))
a += 5; print(a)
print(isinstance(b, A), issubclass(B, A), isinstance(B, type), type(b) is B, type(b).__name__, B.__bases__, B.__mro__, B.__base__, A.__name__, A.__qualname__, A.__module__, b.__class__, type(A), type(type))
print(A, B, a.m == a.m, a.m is a.m, A.m is A.m, A.__dict__["x"], "m" in A.__dict__, sorted(k for k in A.__dict__ if not k.startswith("__")))
print(b.__dict__, vars(b), dir(b)[-5:], hasattr(b, "w"), getattr(b, "zz", None))
class C:
    def __getattr__(self, n):
        if n.startswith("dyn"): return n.upper()
        raise AttributeError(n + "!")
    def __setattr__(self, n, v):
        print("set", n, v); super().__setattr__(n, v) if n != "no" else None
    def __delattr__(self, n):
        print("del", n); object.__delattr__(self, n)
c = C(); c.q = 1; c.no = 2; print(c.q, c.dynx, c.__dict__)
del c.q
try: c.q
except AttributeError as e: print(e)
try: del c.q
except AttributeError as e: print(e)
class D:
    n = 0
    items = []
    def __new__(cls, *a):
        print("new", a); o = super().__new__(cls); o.made = True; return o
    def __init__(self, *a): print("init", a); D.n += 1
    def __str__(self): return "D!"
    def __del__(self): pass
d = D(1, 2); print(d.made, D.n, str(d), f"{d}", "%s" % d, [str(d)])
class Meta: pass
class E(Exception):
    def __init__(self, code, msg="m"):
        super().__init__(msg); self.code = code
    def __str__(self): return f"E{self.code}:{self.args[0]}"
try: raise E(5)
except E as e: print(e, repr(e), e.args, e.code)
class F(E): pass
try: raise F(6, "q")
except (ValueError, E) as e: print(type(e), e)
def outer():
    class L:
        def f(self): return __class__
        class In:
            z = 5
            def g(self): return self.z
    return L
L = outer(); print(L, L.__qualname__, L().f(), L.In, L.In().g(), L().f().__name__)
class P:
    def __init__(self): self.__priv = 1; self._x = 2
    def get(self): return self.__priv
p = P(); print(p.get(), p.__dict__, hasattr(p, "__priv"))
class Q:
    __slots__ = ("a",)
q = Q(); q.a = 5; print(q.a)
class It:
    def __getitem__(self, i):
        if i > 3: raise IndexError
        return i * i
print(list(It()), 4 in It(), 5 in It(), [*It()], dict(enumerate(It())), max(It()), tuple(It()), list(zip(It(), It())))
class CM:
    def __init__(self, n, sup=False): self.n = n; self.sup = sup
    def __enter__(self): print("enter", self.n); return self
    def __exit__(self, t, v, tb): print("exit", self.n, t and t.__name__, v, tb is None); return self.sup
with CM(1) as x, CM(2): print(x.n)
with CM(3, True): raise ValueError("v")
try:
    with CM(4): 1 / 0
except ZeroDivisionError as e: print("zde", e)
for i in range(2):
    with CM(i):
        if i: break
        continue
def w():
    with CM("r"): return "ret"
print(w())
class Cmp:
    def __init__(s, v): s.v = v
    def __le__(s, o): return s.v <= o.v
    def __gt__(s, o): return "gt"
    def __ne__(s, o): return "ne"
    def __eq__(s, o): return NotImplemented
print(Cmp(1) <= Cmp(2), Cmp(1) > Cmp(2), Cmp(1) < Cmp(2), Cmp(1) >= Cmp(2), Cmp(1) != Cmp(2), Cmp(1) == Cmp(1))
class Idx:
    def __index__(self): return 2
    def __int__(self): return 7
    def __float__(self): return 2.5
    def __abs__(self): return "abs"
    def __round__(self, n=None): return ("round", n)
    def __invert__(self): return "inv"
    def __pos__(self): return "pos"
    def __mul__(self, o): return "mul"
    def __rmul__(self, o): return "rmul"
    def __pow__(self, o): return "pow"
    def __mod__(self, o): return "mod"
    def __floordiv__(self, o): return "fd"
    def __truediv__(self, o): return "td"
    def __and__(self, o): return "and"
    def __or__(self, o): return "or"
    def __xor__(self, o): return "xor"
    def __lshift__(self, o): return "ls"
    def __rshift__(self, o): return "rs"
    def __matmul__(self, o): return "mm"
    def __rsub__(self, o): return "rsub"
    def __divmod__(self, o): return "dm"
    def __reversed__(self): return iter("rev")
    def __format__(self, s): return "fmt" + s
i = Idx()
print([1,2,3][i], "abc"[i], range(5)[i], int(i), float(i), abs(i), ~i, +i, i*1, 2*i, i**2, i%2, i//1, i/1, i&1, i|1, i^1, i<<1, i>>1, i@1, 5-i, list(reversed(i)), f"{i:x}", [0]*3 == [0,0,0], hex(i), chr(97 + 0), bin(i), [1,2,3][:i], list(range(i)))
print(round(i), round(i, 2), divmod(i, 3))
o = object(); print(type(o), o == o, isinstance(o, object), isinstance(5, object))
T = type("T", (A,), {"k": 5, "f": lambda self: self.k}); t = T(1); print(t.k, t.f(), T, T.__name__)
print(a.__eq__(A(7)), A.__lt__(A(1), A(2)), a.__class__.__name__, a.__repr__(), a.__len__())
A.newm = lambda self: "new"; print(a.newm(), b.newm()); del A.newm
try: a.newm()
except AttributeError as e: print(e)
a.f = lambda: "inst"; print(a.f())
m = b.m; print(m(), m.__self__ is b, m.__func__ is B.m, m.__name__, B.m.__name__, B.m.__qualname__)
print(super(B, b).m(), super(B, b).x)
class Cnt:
    total = 0
    def __init__(self): type(self).total += 1; self.__class__.total += 1
Cnt(); print(Cnt.total)
