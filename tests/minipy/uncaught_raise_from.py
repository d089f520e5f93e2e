# SPDX-License-Identifier: MIT
# A cause is printed before the exception.
def parse(text):
    try:
        return int(text)
    except ValueError as error:
        raise RuntimeError("cannot parse") from error


print(parse("5"))
parse("five")
