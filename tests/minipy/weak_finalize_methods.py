# SPDX-License-Identifier: MIT
# Bound methods and lambdas as finalizers.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


class Log:
    def __init__(self):
        self.lines = []

    def add(self, line):
        self.lines.append(line)

    def __call__(self, line):
        self.lines.append("called: " + line)


log = Log()
node = Node()
weakref.finalize(node, log.add, "method")
weakref.finalize(node, lambda: log.add("lambda"))
weakref.finalize(node, log, "instance")
del node
gc.collect()
print(log.lines)
