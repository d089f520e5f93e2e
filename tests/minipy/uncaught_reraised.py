# SPDX-License-Identifier: MIT
# A re-raised exception shows where it came from.
def risky():
    raise OSError("disk on fire")


def middle():
    try:
        risky()
    except OSError:
        print("noted")
        raise


middle()
