# SPDX-License-Identifier: MIT
# A subject that does not keep its observers.
import gc
import weakref


class Subject:
    def __init__(self):
        self.observers = []

    def attach(self, observer):
        self.observers.append(weakref.ref(observer, self.observers.remove))

    def notify(self, message):
        for ref in list(self.observers):
            observer = ref()
            if observer is not None:
                observer.notice(message)


class Observer:
    def __init__(self, name):
        self.name = name
        self.seen = []
        self.me = self

    def notice(self, message):
        self.seen.append(message)


subject = Subject()
a, b = Observer("a"), Observer("b")
subject.attach(a)
subject.attach(b)
subject.notify("first")
print(a.seen, b.seen, len(subject.observers))
del b
gc.collect()
subject.notify("second")
print(a.seen, len(subject.observers))
