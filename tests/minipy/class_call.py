# SPDX-License-Identifier: MIT
# __call__, callable instances, bound methods.
class Adder:
    def __init__(self, n):
        self.n = n

    def __call__(self, x, *, twice=False):
        result = self.n + x
        return result * 2 if twice else result


add = Adder(5)
print(add(1), add(1, twice=True), callable(add), list(map(add, [1, 2])))
print(add.__call__(3), Adder.__call__(add, 4))


class Stack:
    def __init__(self):
        self.items = []

    def push(self, x):
        self.items.append(x)
        return self

    def size(self):
        return len(self.items)


stack = Stack()
push = stack.push
push(1)
push(2)
print(stack.push(3).push(4).size(), stack.size == stack.size, push == stack.push)
append = stack.items.append
append(5)
print(stack.items, sorted(map(Stack.size, [stack, Stack()])))
print(push.__name__, push.__self__ is stack)
