# opens files until no more can be opened
# status: any
import os

held = []
try:
    while True:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
