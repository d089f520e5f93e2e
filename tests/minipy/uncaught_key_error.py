# SPDX-License-Identifier: MIT
# An uncaught KeyError shows its key's repr.
table = {"a": 1}
print(table["a"])
print(table["missing key"])
