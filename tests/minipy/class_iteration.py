# SPDX-License-Identifier: MIT
# __iter__ and __next__.
class Countdown:
    def __init__(self, start):
        self.current = start

    def __iter__(self):
        return self

    def __next__(self):
        if self.current <= 0:
            raise StopIteration
        self.current -= 1
        return self.current + 1


class Range:
    def __init__(self, stop):
        self.stop = stop

    def __iter__(self):
        i = 0
        while i < self.stop:
            yield i
            i += 1


print(list(Countdown(3)), [x for x in Range(4)], sum(Range(5)), tuple(Countdown(2)))
for x in Countdown(2):
    print(x, end=" ")
print(3 in Range(5), 9 in Range(5), max(Range(4)), sorted(Countdown(3)))
a, b, *c = Range(5)
print(a, b, c, list(zip(Range(3), Countdown(3))), dict(zip("ab", Range(2))))
iterator = iter(Countdown(2))
print(next(iterator), next(iterator), next(iterator, "end"))
try:
    next(iterator)
except StopIteration:
    print("StopIteration")
print(list(map(str, Range(3))), ",".join(str(x) for x in Countdown(3)))
numbers = iter([1, 2])
print(next(numbers), list(numbers), list(numbers))
print([*Range(2), *Countdown(2)], set(Range(2)) == {0, 1})


class Sequence:
    def __getitem__(self, index):
        if index > 3:
            raise IndexError
        return index * 10


print(list(Sequence()), 20 in Sequence())
