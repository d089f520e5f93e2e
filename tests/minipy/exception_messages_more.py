# SPDX-License-Identifier: MIT
# Messages that random scripts found.
def said(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


def unpack(v):
    a, *b = v
    return a, b


said(lambda: unpack(5))
said(lambda: unpack([]))
said(lambda: unpack("xyz"))
said(lambda: sum())
said(lambda: sum([1, 2], start=3))
said(lambda: round())
said(lambda: f"{-1:c}")
said(lambda: f"{0x110000:c}")
said(lambda: f"{97:c}|{8364:>3c}")
said(lambda: "%c" % -1)
