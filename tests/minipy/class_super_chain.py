# SPDX-License-Identifier: MIT
# super() through several levels, in __init__ and other methods.
class A:
    def __init__(self, **options):
        self.log = ["A"]
        self.options = options

    def who(self):
        return "A"

    def chain(self):
        return [self.who()]


class B(A):
    def __init__(self, b, **options):
        super().__init__(**options)
        self.log.append("B" + str(b))

    def chain(self):
        return super().chain() + ["B"]


class C(B):
    def who(self):
        return "C"

    def __getitem__(self, i):
        return self.log[i]


class D(C):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.log.append("D")

    def __getitem__(self, i):
        return "D" + super().__getitem__(i)

    def chain(self):
        get = lambda: super(D, self).chain()
        return get() + ["D"]


d = D(1, x=2)
print(d.log, d.options, d.chain(), d[0], d[-1])
print(B(5).chain(), A().chain())
try:
    super(D, d).missing
except AttributeError as error:
    print(error)
