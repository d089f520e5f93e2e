# The death of a value that was replaced leaves the new entry alone (W2).
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self


table = weakref.WeakValueDictionary()
kept = []
for number in range(5):
    node = Node("old%d" % number)
    table[number] = node
    kept.append(Node("new%d" % number))
    table[number] = kept[-1]
del node
gc.collect()
print([(key, value.name) for key, value in sorted(table.items())])
del kept[::2]
gc.collect()
print(sorted(table), len(table), 0 in table, 1 in table)
print(table.get(0, "gone"), table.pop(1).name, table.setdefault(3).name)
try:
    table[4]
except KeyError as error:
    print("KeyError", error)
