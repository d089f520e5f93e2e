# SPDX-License-Identifier: MIT
# run with: one two --flag "three"
# sys.argv.
import sys

print(len(sys.argv), sys.argv[1:], type(sys.argv).__name__)
print(sys.argv[0].endswith("module_sys_argv.py"))
