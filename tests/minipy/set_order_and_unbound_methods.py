# SPDX-License-Identifier: MIT
# Unbound methods, order of sets, odd literals.
def show(f):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
show(lambda: sum())
def a():
    a, *b = 5
show(a)
show(lambda: f"{-1:c}"); show(lambda: f"{1114112:c}"); show(lambda: "%c" % -1); show(lambda: "%c" % 2000000)
u={2,40,7}; u ^= {0,1,2,3,4,5,6,7,8,9}; print(u)
print({-2,-3,255,254,2,1}.union([1,-2,10]), set([x-y for x in [-2,255,2] for y in range(2)]).union([1,-2,10]))
print({5,3,900}.intersection([900, 5, 3]), {5,3,900}.difference([900]), {5,3,900}.symmetric_difference([900, 17]))
v = {1,2,3}; v.intersection_update([3, 2, 7]); print(v); v.difference_update([3]); print(v); v.symmetric_difference_update([9, 2]); print(v); v.update([100, 33]); print(v)
print(-9223372036854775808, -9223372036854775807 - 1, {-1.5, 2, -3}, -2.0 ** 2, -(5), - 3)
x = 5
x.__class__
print(min(-9223372036854775808, 3))
