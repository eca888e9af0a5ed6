# makes children that end and are never waited for
# status: any
import os

try:
    for _ in range(500):
        if os.fork() == 0:
            os._exit(0)
except OSError:
    pass


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
