# SPDX-License-Identifier: MIT
# small: 5
# Flips of pancakes over all permutations.
import sys


def fannkuch(n):
    permutation = list(range(n))
    count = [0] * n
    checksum = most = turn = 0
    r = n
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1
        first = permutation[0]
        if first:
            flips = 1
            stack = permutation[:]
            while stack[first]:
                stack[: first + 1] = stack[first::-1]
                first = stack[0]
                flips += 1
            if flips > most:
                most = flips
            checksum += -flips if turn % 2 else flips
        turn += 1
        while True:
            if r == n:
                return checksum, most
            permutation.insert(r, permutation.pop(0))
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1


n = int(sys.argv[1]) if len(sys.argv) > 1 else 8
checksum, most = fannkuch(n)
print(f"{checksum}\nmost flips of {n}: {most}")
