# SPDX-License-Identifier: MIT
# While the callbacks of a dead object run, detach does not cancel those that
# wait; alive is True, peek is None.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


log = []
handles = []


def older():
    log.append("older runs")


def newer():
    handle = handles[0]
    log.append((handle.alive, handle.peek(), handle.detach()))


node = Node()
handles.append(weakref.finalize(node, older))
handles.append(weakref.finalize(node, newer))
del node
gc.collect()
for line in log:
    print(line)
