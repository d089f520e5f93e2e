# SPDX-License-Identifier: MIT
# small: 6
# Many short-lived binary trees beside one that lives: the heap's work.
import sys


class Node:
    def __init__(self, left, right):
        self.left = left
        self.right = right


def make(depth):
    if depth == 0:
        return Node(None, None)
    return Node(make(depth - 1), make(depth - 1))


def count(node):
    if node.left is None:
        return 1
    return 1 + count(node.left) + count(node.right)


def main(depth):
    stretch = depth + 1
    print(f"stretch tree of depth {stretch}, nodes {count(make(stretch))}")
    living = make(depth)
    for d in range(4, depth + 1, 4):
        trees = 1 << (depth - d + 4)
        nodes = 0
        for i in range(trees):
            nodes += count(make(d))
        print(f"{trees} trees of depth {d}, nodes {nodes}")
    print(f"living tree of depth {depth}, nodes {count(living)}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 16)
