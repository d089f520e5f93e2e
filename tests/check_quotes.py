#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: check_quotes.py ROOT PAGE.md...

A block of code that begins with ```LANGUAGE FILE quotes FILE, whose name is
relative to ROOT.  Fails unless its lines are in the file, one after the other.
"""
import re
import sys

root, *pages = sys.argv[1:]
wrong = found = 0
for page in pages:
    with open(page, encoding='utf-8') as file:
        text = file.read()
    for name, quote in re.findall(r'^```\w+ (\S+)\n(.*?)^```$', text,
                                  re.MULTILINE | re.DOTALL):
        found += 1
        with open(f'{root}/{name}', encoding='utf-8') as file:
            if '\n' + quote not in '\n' + file.read():
                print(f'{page}: this is not in {name}:\n{quote}')
                wrong += 1
print(f'{found - wrong} of {found} quotes are right')
sys.exit(wrong > 0 or found == 0)
