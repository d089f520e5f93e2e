# SPDX-License-Identifier: MIT
# Functions as values: higher-order functions, dictionaries of functions.
def memoize(function):
    cache = {}

    def wrapper(n):
        if n not in cache:
            cache[n] = function(n)
        return cache[n]

    wrapper.cache = cache
    return wrapper


@memoize
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


print(fibonacci(80), len(fibonacci.cache))
operators = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def rpn(text):
    stack = []
    for token in text.split():
        if token in operators:
            b, a = stack.pop(), stack.pop()
            stack.append(operators[token](a, b))
        else:
            stack.append(int(token))
    return stack.pop()


print(rpn("3 4 + 2 * 7 -"))
print(list(map(lambda x: x * 2, [1, 2, 3])), list(filter(None, [0, 1, "", "a"])))
print(list(map(lambda a, b: a + b, "ab", "cd")), list(filter(lambda x: x > 1, range(4))))
print(sorted([(1, "b"), (0, "a"), (1, "a")], key=lambda p: (p[0], p[1])))
