# Members of several sets vanish from all of them in one collection.
import gc
import weakref


class Member:
    def __init__(self, name):
        self.name = name
        self.me = self


members = [Member("m%d" % number) for number in range(12)]
even = weakref.WeakSet(members[::2])
third = weakref.WeakSet(members[::3])


def show(title):
    print(title, *[sorted(m.name for m in group)
                   for group in (even, third, even & third, even | third, even - third)])


show("before")
print(even.isdisjoint(third), even <= even | third, even == weakref.WeakSet(members[::2]))
del members[6:]
gc.collect()
show("after")
even.discard(members[0])
third.clear()
show("emptied")
del members
gc.collect()
print(len(even), len(third), even == third)
