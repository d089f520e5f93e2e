# SPDX-License-Identifier: MIT
# Literals, escapes, and repr.
print("tab\tnewline\\n quote\" single' \x41 \101 \u0042")
print('single "double" inside', "it's", 'both \' and "')
print(repr('single "double"'), repr("it's"), repr('both \' and "'))
print(repr("tab\t newline\n return\r backslash\\ bell\a null\0 del\x7f"))
print(r"raw \n \t", repr(r"raw \n"))
print("""triple
quoted "text" here""")
print(
    "implicit "
    'concatenation'
    " of parts"
)
print("line \
continued")
print(repr(""), repr(" "), ["a'b", 'c"d', "e\n"])
print(len("\n\\"), "h\u00e9")
