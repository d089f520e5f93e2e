# SPDX-License-Identifier: MIT
# A missing attribute.
class Robot:
    def __init__(self):
        self.position = 0


robot = Robot()
print(robot.position)
print(robot.zzz)
