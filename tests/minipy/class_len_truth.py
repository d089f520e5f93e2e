# SPDX-License-Identifier: MIT
# __len__, truth through it, __contains__, __getitem__, __setitem__.
class Row:
    def __init__(self, *items):
        self.items = list(items)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, key):
        if isinstance(key, str):
            return "by name " + key
        return self.items[key]

    def __setitem__(self, key, value):
        print("set", key, value)
        self.items[key] = value

    def __contains__(self, item):
        print("contains", item)
        return item in self.items


row, empty = Row(1, 2, 3), Row()
print(len(row), len(empty), bool(row), bool(empty), not empty, row and "yes")
print(row[0], row[-1], row["name"], row[1:], row[::-1])
row[1] = 20
row[0] += 5
row[0:2] = [7]
print(row.items, 7 in row, 9 not in row)
try:
    row[10]
except IndexError as error:
    print(error)


class Nothing:
    pass


for attempt in (
    lambda: len(Nothing()),
    lambda: Nothing()[0],
    lambda: 1 in Nothing(),
    lambda: iter(Nothing()),
    lambda: Nothing()(),
    lambda: len(5),
):
    try:
        attempt()
    except TypeError as error:
        print(error)
try:
    Nothing()[0] = 1
except TypeError as error:
    print(error)
