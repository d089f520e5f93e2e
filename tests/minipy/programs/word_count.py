# SPDX-License-Identifier: MIT
# small: 2000
# The words of a megabyte of made-up text, counted.
import sys

SYLLABLES = "ka lo mi ne ru ta vo shi pe dun gor el an im".split()


def numbers(seed):
    while True:
        seed = (seed * 1103515245 + 12345) % 2147483648
        yield seed >> 8


def write(size):
    random = numbers(42)
    lines, line, written = [], [], 0
    while written < size:
        word = ""
        for i in range(1 + next(random) % 3):
            word += SYLLABLES[next(random) % len(SYLLABLES)]
        if next(random) % 10 == 0:
            word = word.capitalize() + ","
        line.append(word)
        written += len(word) + 1
        if len(line) == 12:
            lines.append(" ".join(line))
            line = []
    return "\n".join(lines) + "."


def main(size):
    text = write(size)
    counts = {}
    lengths = {}
    for line in text.split("\n"):
        for word in line.split():
            word = word.strip(",.").lower()
            counts[word] = counts.get(word, 0) + 1
            lengths[len(word)] = lengths.get(len(word), 0) + 1
    common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    print(len(text), "characters,", text.count("\n") + 1, "lines")
    print(len(counts), "different words,", sum(counts.values()), "words")
    for word, count in common[:10]:
        print(f"{count:6} {word}")
    print(sorted(lengths.items()))


main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000000)
