#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: extract.py LANGUAGE FILE.md

Prints the first block of code in that language.
"""
import re
import sys

language, name = sys.argv[1:]
with open(name, encoding='utf-8') as page:
    block = re.search(rf'^```{language}\n(.*?)^```$', page.read(),
                      re.MULTILINE | re.DOTALL)
print(block[1], end='')
