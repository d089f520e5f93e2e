# A table about classes and functions as well as instances.
import gc
import weakref


class Kind:
    pass


def function():
    pass


notes = weakref.WeakKeyDictionary()
notes[Kind] = "a class"
notes[function] = "a function"
one = Kind()
one.me = one
notes[one] = "an instance"
print(len(notes), notes[Kind], notes[function], notes[one])
copied = notes.copy()
del one
gc.collect()
print(len(notes), len(copied), sorted(notes.values()))
for bad in (1, "text", None, (1, 2)):
    try:
        notes[bad] = "nothing"
    except TypeError as error:
        print("TypeError", error)
    print(bad in notes)
print(sorted(copied.values()), notes == copied)
