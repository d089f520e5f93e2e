# SPDX-License-Identifier: MIT
# The % operator.
print("%s and %r" % ("text", "text"), "%d%%" % 50)
print("%5s|%-5s|%.2s|%5.1s|" % ("ab", "ab", "abcdef", "xyz"))
print("%d %5d %-5d| %05d %+d % d" % (1, 2, 3, 4, 5, 6))
print("%x %X %#x %o %#o %c" % (255, 255, 255, 8, 8, "z"))
print("%(name)s is %(age)d" % {"name": "Ann", "age": 30})
print("%s %s %s" % (None, True, [1, "a"]), "%s" % (1,), "%s" % "x", "%s" % 3)
print("%*d|%-*d|" % (5, 42, 5, 42), "%.*f" % (2, 3.14159))
for template, values in (
    ("%d", "x"),
    ("%s %s", (1,)),
    ("%s", (1, 2)),
    ("%q", 1),
    ("%x", 1.5),
):
    try:
        print(template % values)
    except (TypeError, ValueError) as error:
        print(type(error).__name__ + ":", error)
