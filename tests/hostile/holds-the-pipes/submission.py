# leaves a child that holds every descriptor open and writes into them later
# status: any
import os
import time

if os.fork() == 0:
    os.setsid()
    time.sleep(0.5)
    while True:
        for fd in range(3, 64):
            try:
                os.write(fd, b"planted-by-the-one-before")
            except OSError:
                pass
        time.sleep(0.05)


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
