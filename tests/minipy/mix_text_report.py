# SPDX-License-Identifier: MIT
# A small program: text into a table.
TEXT = """name,price,count
apple,0.5,10
pear,0.25,4
"cherry, red",12,1
"""


def fields(line):
    result, current, quoted = [], "", False
    for c in line:
        if c == '"':
            quoted = not quoted
        elif c == "," and not quoted:
            result.append(current)
            current = ""
        else:
            current += c
    return result + [current]


header, *lines = TEXT.strip().split("\n")
names = fields(header)
rows = [dict(zip(names, fields(line))) for line in lines]
width = max(len(row["name"]) for row in rows)
total = 0.0
for row in rows:
    amount = float(row["price"]) * int(row["count"])
    total += amount
    print(f"{row['name']:<{width}} {float(row['price']):>7.2f} {amount:>8.2f}")
print("-" * (width + 17))
print("{:<{}} {:>16.2f}".format("total", width, total))
print("%-12s|%5d%%" % ("share", 100 * total // 20))
print(rows[-1])
