# SPDX-License-Identifier: MIT
# Methods of lists.
items = [3, 1, 2]
items.append(5)
items.extend([4, 6])
items.extend("ab")
items.insert(0, "first")
items.insert(-1, "x")
items.insert(100, "end")
print(items, len(items))
print(items.pop(), items.pop(0), items.pop(-2), items)
items.remove("a")
items.remove("b")
items.reverse()
print(items, items.index(5), items.count(3))
items.sort()
print(items)
items.sort(reverse=True)
print(items)
words = ["banana", "Apple", "cherry"]
words.sort(key=str.lower)
print(words, sorted(words, key=len), sorted(words, key=lambda w: w[-1]))
copy = items.copy()
items.clear()
print(items, copy, copy is not items)
print([1, 2] + [3], [0] * 3, 2 in [1, 2], [1, 2] == [1, 2], [[]] * 2)
for attempt in (
    lambda: [].pop(),
    lambda: [1].pop(5),
    lambda: [1].remove(2),
    lambda: [1].index(2),
    lambda: [1][1],
    lambda: words["a"],
    lambda: [1, "a"].sort(),
    lambda: [1] + (2,),
):
    try:
        attempt()
    except (IndexError, ValueError, TypeError) as error:
        print(type(error).__name__ + ":", error)
