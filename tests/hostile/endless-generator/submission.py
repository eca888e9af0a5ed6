# hands back numbers without end
# status: any
import itertools


def lie(x):
    return itertools.count()


def predict(x, W, b):
    return lie(x)


def train(x, y, lr=0.01, steps=2001):
    return lie(x), lie(x), [lie(x)]
