# hands back arrays far beyond any cap
# status: any
import numpy as np


def predict(x, W, b):
    return np.zeros((1 << 13, 1 << 13))


def train(x, y, lr=0.01, steps=2001):
    return np.zeros(1 << 26), [[0] * 10] * 100000, range(10**12)
