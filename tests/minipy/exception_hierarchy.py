# SPDX-License-Identifier: MIT
# The classes of exceptions and which except catches them.
pairs = (
    (KeyError, LookupError),
    (IndexError, LookupError),
    (ZeroDivisionError, ArithmeticError),
    (OverflowError, ArithmeticError),
    (UnboundLocalError, NameError),
    (RecursionError, RuntimeError),
    (NotImplementedError, RuntimeError),
    (StopIteration, Exception),
    (MemoryError, Exception),
    (SystemExit, BaseException),
    (KeyboardInterrupt, BaseException),
    (Exception, BaseException),
)
for child, parent in pairs:
    try:
        raise child("x")
    except parent as error:
        print(type(error).__name__, "is a", parent.__name__, error)
print(issubclass(SystemExit, Exception), issubclass(ValueError, Exception))
try:
    try:
        raise SystemExit(3)
    except Exception:
        print("must not come here")
except SystemExit as stop:
    print("SystemExit", stop.code)
try:
    raise KeyError
except (ValueError, (TypeError)):
    print("must not come here")
except LookupError:
    print("LookupError")
try:
    error = 1
    raise ValueError
except ValueError as error:
    pass
try:
    error
except NameError:
    print("the name is gone")
print(repr(ValueError()), repr(KeyError("k")), str(KeyError("k")), str(ValueError(1, 2)))
