# SPDX-License-Identifier: MIT
# Wrong indentation.
def function():
    return 1
  return 2
