# matches a regular expression that takes years, in one call into C
# status: timeout
import re

re.match(r"(a+)+$", "a" * 60 + "b")


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
