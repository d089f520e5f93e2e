# SPDX-License-Identifier: MIT
# Containers in containers: repr, equality, comparison, copies.
data = {
    "list": [1, 2.5, "three", None, True],
    "tuple": (1, (2, (3, ()))),
    "dict": {"a": {"b": {}}},
    1: "int key",
    (1, 2): "tuple key",
    None: [],
}
print(data)
print(data["tuple"][1][1][0], data["dict"]["a"]["b"], data[(1, 2)])
copy = dict(data)
copy["list"].append("shared")
copy["new"] = 1
print(len(data), len(copy), data["list"])
print([1, [2, [3]]] == [1, [2, [3]]], {"a": [1]} == {"a": [1]}, (1, [2]) == (1, [2]))
print([[1, 2], [0, 9]] < [[1, 3]], sorted([[2, 1], [1, 2], [1]]), max([(1, "b"), (1, "c")]))
a = [1]
b = [a, a]
a.append(2)
print(b, b[0] is b[1], [a] * 2, [x for x in b])
grid = [["."] * 4 for _ in range(2)]
grid[1][2] = "#"
print("\n".join("".join(row) for row in grid))
loop = {"list": []}
loop["list"].append(loop)
print(loop, (loop,))
print([{}], [()], [set()], {"x": set()}, ([],), {(): ()})
