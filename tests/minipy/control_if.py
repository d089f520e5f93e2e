# SPDX-License-Identifier: MIT
# if, elif, else, conditional expressions, pass, nested.
def classify(x):
    if x < 0:
        return "negative"
    elif x == 0:
        return "zero"
    elif x < 10:
        if x % 2:
            return "small odd"
        else:
            return "small even"
    else:
        return "large"


print([classify(x) for x in (-1, 0, 3, 4, 10)])
x = 5
print("big" if x > 3 else "small", 1 if x else 2 if x > 9 else 3)
print((lambda v: "yes" if v else "no")([]))
if x: print("one line")
if not x:
    pass
elif x == 5: print("elif"); print("two statements")
if x > 3 and (x < 10 or
              x == 20):
    print("continued condition")
y = (1 if x == 5 else
     2)
print(y)
