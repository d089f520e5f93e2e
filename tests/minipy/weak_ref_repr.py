# SPDX-License-Identifier: MIT
# How a reference looks.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


node = Node()
ref = weakref.ref(node)
text = repr(ref)
print(text.startswith("<weakref at 0x"), "; to 'Node' at 0x" in text)
print(type(ref).__name__)
del node
gc.collect()
print(repr(ref).endswith("; dead>"), str(ref) == repr(ref))
