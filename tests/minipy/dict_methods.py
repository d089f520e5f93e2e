# SPDX-License-Identifier: MIT
# Methods of dictionaries; insertion order.
table = {"one": 1, "two": 2}
table["three"] = 3
table["one"] = 11
print(table, len(table), "two" in table, 2 in table)
print(list(table), list(table.keys()), list(table.values()), list(table.items()))
print(table.get("one"), table.get("zzz"), table.get("zzz", 0))
print(table.setdefault("one", 5), table.setdefault("four", 4))
print(table.pop("two"), table.pop("zzz", "default"), table.popitem())
table["two"] = 2
print(table)
table.update({"a": 1, "one": 1}, b=2)
table.update([("c", 3)])
print(table)
copy = table.copy()
table.clear()
print(table, copy)
print(dict([("x", 1), ("y", 2)]), dict(a=1, b=2), dict({"k": 1}, z=2), dict())
print({"a": 1} | {"b": 2}, {"a": 1, "b": 2} == {"b": 2, "a": 1})
print(dict.fromkeys(["p", "q"]), dict.fromkeys("ab", 0))
print({1: "int", 1.0: "float", True: "bool"}, {None: 0, (1,): 2, ...: 3})
for key, value in {"k": "v"}.items():
    print(key, value)
for attempt in (
    lambda: {}["missing"],
    lambda: {}[5],
    lambda: {}.pop("missing"),
    lambda: {}.popitem(),
    lambda: {[]: 1},
    lambda: {{}: 1},
):
    try:
        attempt()
    except (KeyError, TypeError) as error:
        print(type(error).__name__ + ":", error)
