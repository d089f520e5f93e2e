# SPDX-License-Identifier: MIT
# finally clauses run before the traceback is printed.
def work():
    try:
        print("working")
        undefined_function_zz()
    finally:
        print("cleaning")


try:
    work()
finally:
    print("leaving")
