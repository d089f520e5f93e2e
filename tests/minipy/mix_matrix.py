# SPDX-License-Identifier: MIT
# A small program: matrices.
class Matrix:
    def __init__(self, rows):
        self.rows = [list(row) for row in rows]

    def __getitem__(self, key):
        row, column = key
        return self.rows[row][column]

    def __setitem__(self, key, value):
        row, column = key
        self.rows[row][column] = value

    def __eq__(self, other):
        return self.rows == other.rows

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        for row in self.rows:
            for value in row:
                yield value

    def __str__(self):
        return "\n".join(" ".join(f"{v:4}" for v in row) for row in self.rows)

    def times(self, other):
        columns = list(zip(*other.rows))
        return Matrix(
            [sum(a * b for a, b in zip(row, column)) for column in columns]
            for row in self.rows
        )

    def transposed(self):
        return Matrix(zip(*self.rows))


m = Matrix([[1, 2], [3, 4]])
m[0, 1] += 5
print(m)
print(m.times(m))
print(m.transposed().transposed() == m, len(m), list(m), 7 in m, m[1, 1])
power = m
for i in range(6):
    power = power.times(m)
print(power)
