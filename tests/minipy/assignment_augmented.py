# SPDX-License-Identifier: MIT
# Augmented assignment to names, items, attributes.
x = 10
x += 5
x -= 3
x *= 4
x //= 5
print(x)
x **= 2
x %= 50
x <<= 3
x >>= 1
x |= 3
x &= 0xFE
x ^= 1
print(x)
x /= 4
print(x)
s = "a"
s += "b"
s *= 3
print(s)
items = [1, 2]
alias = items
items += [3]
items *= 2
print(items, alias is items)
items[0] += 10
items[-1] -= 1
table = {"k": 1}
table["k"] += 41
print(items, table)


class Box:
    count = 0


box = Box()
box.count += 1
box.count += 1
print(box.count, Box.count)
numbers = {1, 2}
numbers |= {3}
numbers -= {1}
numbers &= {2, 3, 4}
print(sorted(numbers))
pair = (1,)
pair += (2,)
print(pair)


def index():
    print("index evaluated")
    return 0


items[index()] += 1
print(items)
