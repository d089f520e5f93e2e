# SPDX-License-Identifier: MIT
# small: 20 30
# The Mandelbrot set as a picture of characters.
import sys

SHADES = " .:-=+*#%@"


def escape(x, y, limit):
    a = b = 0.0
    for i in range(limit):
        aa, bb = a * a, b * b
        if aa + bb > 4.0:
            return i
        a, b = aa - bb + x, 2 * a * b + y
    return limit


def main(width, limit):
    height = width // 2
    total = 0
    for row in range(height):
        line = []
        for column in range(width):
            x = column * 3.0 / width - 2.2
            y = row * 2.4 / height - 1.2
            steps = escape(x, y, limit)
            total += steps
            shade = SHADES[-1] if steps == limit else SHADES[steps % 9]
            line.append(shade)
        print("".join(line).rstrip())
    print(total, "steps")


width = int(sys.argv[1]) if len(sys.argv) > 1 else 100
main(width, int(sys.argv[2]) if len(sys.argv) > 2 else 300)
