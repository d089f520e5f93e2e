# SPDX-License-Identifier: MIT
# Cycles through lists, dicts, tuples, closures, bound methods, generators.
import gc
import weakref


class Node:
    def method(self):
        return self


def through_list(node):
    node.x = [[node]]


def through_dict(node):
    node.x = {"a": {"b": node}}


def through_tuple(node):
    node.x = (1, (2, node))


def through_set(node):
    node.x = {node}


def through_closure(node):
    node.x = lambda: node


def through_method(node):
    node.x = node.method


def through_generator(node):
    def walk():
        yield node
        yield node

    node.x = walk()
    next(node.x)


def through_default(node):
    def function(value=node):
        return value

    node.x = function


def make(shape):
    node = Node()
    shape(node)
    return weakref.ref(node)


for shape in (
    through_list,
    through_dict,
    through_tuple,
    through_set,
    through_closure,
    through_method,
    through_generator,
    through_default,
):
    ref = make(shape)
    gc.collect()
    print(shape.__name__, ref())
