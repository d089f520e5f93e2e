# SPDX-License-Identifier: MIT
# A small program: Conway's game of life on a torus.
def step(cells, size):
    counts = {}
    for x, y in cells:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    cell = ((x + dx) % size, (y + dy) % size)
                    counts[cell] = counts.get(cell, 0) + 1
    return {c for c, n in counts.items() if n == 3 or n == 2 and c in cells}


def show(cells, size):
    for y in range(size):
        print("".join("#" if (x, y) in cells else "." for x in range(size)))
    print()


glider = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
for generation in range(13):
    if generation % 4 == 0:
        show(glider, 6)
    glider = step(glider, 6)
print(len(glider))
