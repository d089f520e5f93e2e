# SPDX-License-Identifier: MIT
# A callback's exception does not disturb one that is being handled.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


log = []


def died(ref):
    try:
        {}["missing"]
    except KeyError as error:
        log.append("callback handled %s" % error)


def scene():
    node = Node()
    return weakref.ref(node, died)


try:
    ref = scene()
    raise ValueError("outer")
except ValueError as error:
    gc.collect()
    print("still", error)
finally:
    print(log)
try:
    try:
        raise ValueError("again")
    except ValueError:
        ref = scene()
        gc.collect()
        raise
except ValueError as error:
    print("raised", error, len(log))
