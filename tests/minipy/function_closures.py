# SPDX-License-Identifier: MIT
# Closures, nonlocal, global, late binding.
def counter(start=0):
    count = start

    def increment(by=1):
        nonlocal count
        count += by
        return count

    def get():
        return count

    return increment, get


increment, get = counter(10)
increment()
increment(5)
other, _ = counter()
print(get(), other(), other())

late = [lambda: i for i in range(3)]
early = [lambda i=i: i for i in range(3)]
print([f() for f in late], [f() for f in early])

total = 0


def add(x):
    global total, created
    total += x
    created = "by a function"


add(3)
add(4)
print(total, created)


def outer():
    x = "outer"

    def middle():
        def inner():
            nonlocal x
            x += " changed"

        inner()
        return x

    return middle(), x


print(outer())


def compose(*functions):
    def composed(x):
        for function in functions:
            x = function(x)
        return x

    return composed


print(compose(lambda x: x + 1, lambda x: x * 2, str)(4))
