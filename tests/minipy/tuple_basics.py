# SPDX-License-Identifier: MIT
# Tuples.
empty, single, pair = (), (1,), (1, "two")
print(empty, single, pair, len(pair), pair[0], pair[-1], pair[:1])
print(1, (2, 3), ((),), (1, (2, (3,))))
print(pair + (3,), single * 3, 1 in single, pair.index("two"), (1, 1, 2).count(1))
print(tuple([1, 2]), tuple("ab"), tuple(range(3)), tuple())
print({(1, 2): "key"}[(1, 2)], hash((1, 2)) == hash((1, 2)))
a = 1, 2
print(a, type(a).__name__, max((3, 1)), sorted((3, 1, 2)), sum((1, 2)))
try:
    pair[0] = 5
except TypeError as error:
    print(error)
try:
    pair[9]
except IndexError as error:
    print(error)
try:
    (1, 2).index(3)
except ValueError as error:
    print(error)
try:
    {([],): 1}
except TypeError as error:
    print(error)
