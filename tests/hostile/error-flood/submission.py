# prints to standard error without end
# status: output
import sys

while True:
    sys.stderr.write("x" * 65536)


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
