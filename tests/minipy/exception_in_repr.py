# An exception in the middle of a repr leaves no trace of it.
class Bad:
    def __repr__(self):
        raise ValueError("no")
a = []
a.append(a)
d = {1: a}
d[2] = d
for x in ([1, [2, Bad()]], {1: {2: Bad()}}, (a, Bad())):
    try:
        repr(x)
    except ValueError as e:
        print("error", e)
    print(a, d, [[1]], x is x)
