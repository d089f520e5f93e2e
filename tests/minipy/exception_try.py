# SPDX-License-Identifier: MIT
# try, except, else, finally in every combination.
def test(action):
    log = []
    try:
        log.append("try")
        action()
    except ValueError as error:
        log.append("ValueError %s" % error)
    except (KeyError, IndexError):
        log.append("lookup")
    except Exception as error:
        log.append(type(error).__name__)
    else:
        log.append("else")
    finally:
        log.append("finally")
    return log


def fail(error):
    raise error


print(test(lambda: None))
print(test(lambda: fail(ValueError("v"))))
print(test(lambda: {}["k"]))
print(test(lambda: [][1]))
print(test(lambda: 1 / 0))
print(test(lambda: fail(TypeError)))


def returns(how):
    try:
        if how == "try":
            return "from try"
        raise ValueError
    except ValueError:
        if how == "except":
            return "from except"
    else:
        return "from else"
    finally:
        print("finally of", how)
        if how == "finally":
            return "from finally"
    return "end"


for how in ("try", "except", "finally", "other"):
    print(returns(how))


def loops():
    for i in range(4):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            print("body", i)
        finally:
            print("finally", i)


loops()
try:
    try:
        1 / 0
    finally:
        print("inner finally")
except ZeroDivisionError:
    print("outer except")
try:
    pass
except:
    print("must not come here")
