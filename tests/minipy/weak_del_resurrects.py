# SPDX-License-Identifier: MIT
# __del__ can bring its object back; it runs only once.
import gc


class Phoenix:
    def __init__(self, name):
        self.name = name
        self.me = self

    def __del__(self):
        print("del", self.name)
        back.append(self)


back = []
Phoenix("p")
gc.collect()
print(len(back), back[0].name)
gc.collect()
print(back[0].me is back[0])
back.clear()
gc.collect()
gc.collect()
print(len(back))
