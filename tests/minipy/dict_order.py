# SPDX-License-Identifier: MIT
# Insertion order through deletions and growth.
table = {}
for i in range(50):
    table[(i * 37) % 101] = i
for i in range(0, 50, 3):
    del table[(i * 37) % 101]
table[0] = "back"
print(list(table)[:8], list(table)[-3:], len(table))
print(table.popitem(), list(table.items())[-1])
words = {}
for word in "the quick the lazy the dog quick".split():
    words[word] = words.get(word, 0) + 1
print(words)
print(sorted(words.items(), key=lambda item: (-item[1], item[0])))
print({v: k for k, v in words.items()})
print(list(reversed(words)), max(words, key=words.get))
try:
    for key in words:
        words[key + "!"] = 1
except RuntimeError as error:
    print(error)
print({"a": {"b": [1, {"c": ()}]}, 2: None})
table = {}
table["self"] = table
print(table)
