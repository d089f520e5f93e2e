# SPDX-License-Identifier: MIT
# find, index, count, replace.
text = "the cat sat on the mat"
print(text.find("at"), text.find("at", 6), text.find("dog"), text.rfind("at"))
print(text.index("cat"), text.rindex("the"), text.count("at"), text.count("the"))
print("aaaa".count("aa"), "abc".count(""), text.find("t", 1, 5))
print(text.replace("the", "a"), text.replace("at", "og", 2), "abc".replace("", "-"))
print("cat" in text, "dog" in text, "" in text, "x" not in text)
for method in (text.index, text.rindex):
    try:
        method("dog")
    except ValueError as error:
        print(error)
