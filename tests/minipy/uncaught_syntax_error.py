# SPDX-License-Identifier: MIT
# A file that does not parse prints nothing but the error.
print("must not be printed")
x = = 1
