# SPDX-License-Identifier: MIT
# A message with line breaks.
raise ValueError("first line\nsecond line")
