# SPDX-License-Identifier: MIT
# small: 5 1
# All ways to put queens on a board, by backtracking with sets.
import sys


def place(row, size, columns, rising, falling, board):
    if row == size:
        yield tuple(board)
        return
    for column in range(size):
        up, down = row + column, row - column
        if column in columns or up in rising or down in falling:
            continue
        columns.add(column)
        rising.add(up)
        falling.add(down)
        board.append(column)
        for solution in place(row + 1, size, columns, rising, falling, board):
            yield solution
        board.pop()
        columns.remove(column)
        rising.remove(up)
        falling.remove(down)


def main(size, rounds):
    for i in range(rounds):
        solutions = list(place(0, size, set(), set(), set(), []))
    print(len(solutions), "solutions")
    for column in solutions[0]:
        print("".join("Q" if i == column else "." for i in range(size)))
    print(sum(sum(i * c for i, c in enumerate(s)) for s in solutions))


size = int(sys.argv[1]) if len(sys.argv) > 1 else 8
main(size, int(sys.argv[2]) if len(sys.argv) > 2 else 10)
