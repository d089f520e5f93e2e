# SPDX-License-Identifier: MIT
# sys.exit with a text prints it to stderr; the status is 1.
import sys

print("before")
sys.exit("a message for stderr")
