# SPDX-License-Identifier: MIT
# Long text that is not ASCII: every index is found at once.
s = "aé日\U0001f600x" * 500 + "end"
n = 0
for i in range(len(s)):
    if s[i] == "日": n += 1
print(n, s[-1], s[-4], s[::-1][:10], s[1000:1010], s[5:3], s[2490:], s.find("日", 1000), s.rfind("é"), s.index("x", 77), s.count("é", 3, 700), s[len(s) - 1], s[0], s[1], s[2:7][2])
at = 0
words = []
while True:
    i = s.find("x", at)
    if i < 0: break
    words.append(s[at:i]); at = i + 1
print(len(words), words[3], s[at:])
for i in range(len(s) - 1, 2490, -1): print(s[i], end="")
print()
t = "é" * 100000
c = 0
for i in range(len(t)): c += t[i] == "é"
print(c, t.startswith("é", 50000), t[99999], t[50000:50003])
x = [t[i] + s[i % 2000] for i in range(0, 2000, 7)]
print("".join(x)[:20], len(x))
