# SPDX-License-Identifier: MIT
# raise: classes, instances, bare, from, custom classes.
class AppError(Exception):
    pass


class CodeError(AppError):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code

    def __str__(self):
        return "code %d: %s" % (self.code, self.args[0])


try:
    raise CodeError(5, "five")
except AppError as error:
    print(error, error.code, error.args, repr(error))
try:
    raise AppError
except AppError as error:
    print(repr(error), str(error) == "", error.args)
try:
    raise ValueError("a", 1)
except ValueError as error:
    print(error, error.args, repr(error))
try:
    try:
        raise KeyError("inner")
    except KeyError:
        print("passing on")
        raise
except KeyError as error:
    print(error, repr(error))
try:
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise AppError("wrapped") from error
except AppError as error:
    print(error, repr(error.__cause__), error.__context__ is error.__cause__)
try:
    try:
        1 / 0
    except ZeroDivisionError:
        raise AppError("during")
except AppError as error:
    print(error.__cause__, repr(error.__context__), error.__suppress_context__)
try:
    try:
        1 / 0
    except ZeroDivisionError:
        raise AppError("hidden") from None
except AppError as error:
    print(error.__cause__, error.__suppress_context__)
for wrong in (5, "text", int):
    try:
        raise wrong
    except TypeError as error:
        print(error)
try:
    raise
except RuntimeError as error:
    print(error)
