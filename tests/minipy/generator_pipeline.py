# SPDX-License-Identifier: MIT
# Generators feeding generators; two at a time; recursion.
def source(n):
    for i in range(n):
        yield i


def double(items):
    for item in items:
        yield item * 2


def pairs(items):
    previous = None
    for item in items:
        if previous is not None:
            yield previous, item
        previous = item


print(list(pairs(double(source(4)))))
first, second = source(3), source(3)
print(next(first), next(first), next(second), list(zip(first, second)))


class Tree:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right

    def __iter__(self):
        if self.left:
            for value in self.left:
                yield value
        yield self.value
        if self.right:
            for value in self.right:
                yield value


print(list(Tree(4, Tree(2, Tree(1), Tree(3)), Tree(6))))


def permutations(items):
    if not items:
        yield ()
    for i in range(len(items)):
        for rest in permutations(items[:i] + items[i + 1:]):
            yield (items[i],) + rest


print(["".join(p) for p in permutations("abc")])


def primes(limit):
    sieve = [True] * limit
    for n in range(2, limit):
        if sieve[n]:
            yield n
            sieve[n * n::n] = [False] * len(sieve[n * n::n])


print(list(primes(50)))
