# SPDX-License-Identifier: MIT
# An uncaught exception of a class of the script.
class AppError(Exception):
    pass


class Thing:
    def method(self):
        raise AppError("custom message")


print("before")
Thing().method()
