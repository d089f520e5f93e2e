# SPDX-License-Identifier: MIT
# Sorting: stable, by keys, of many kinds.
people = [("Bob", 30), ("Ann", 25), ("Cid", 30), ("Dan", 25), ("Eve", 41)]
print(sorted(people), sorted(people, key=lambda p: p[1]))
print(sorted(people, key=lambda p: p[1], reverse=True))
print(sorted(people, key=lambda p: (-p[1], p[0])))
numbers = [(i * 7919) % 1009 for i in range(200)]
ordered = sorted(numbers)
print(ordered[:5], ordered[-3:], all(ordered[i] <= ordered[i + 1] for i in range(199)))
numbers.sort(key=lambda n: (n % 10, n))
print(numbers[:6], numbers[-2:])
print(sorted("The Quick brown Fox".split(), key=str.lower), sorted([True, 0, 2, 1.5]))
print(sorted([[3], [1, 2], []]), sorted({3: "c", 1: "a"}), sorted(["b", "B", "a"]))
words = "sorting is stable when keys are equal".split()
words.sort(key=len)
print(words)
words.reverse()
print(words, sorted(words, reverse=True)[0])
calls = []
sorted([3, 1, 2], key=lambda x: calls.append(x) or x)
print(calls)
