# An exception in the middle of a repr leaves no trace of it: no container
# counts as being printed afterwards.
class Bad:
    def __repr__(self):
        raise ValueError("no")


circle = []
circle.append({1: circle})
inner = [Bad()]
table = {1: Bad()}
for broken in (inner, table, [1, inner], {1: table}, (circle, inner), {1: [table]}):
    try:
        repr(broken)
    except ValueError as error:
        print("error", error)
    bad, inner[0] = inner[0], "good"
    table[1] = "good"
    print({"list in a dict": inner}, [table, {"dict in a list": table}])
    print({1: broken}, [broken], circle)
    inner[0] = table[1] = bad
