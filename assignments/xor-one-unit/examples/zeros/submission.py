import numpy as np


def predict(x, W, b):
    return np.full((len(x), 1), 0.0)


def train(x, y, W, b, lr=0.1, steps=20001):
    return np.full((2, 1), 0.0), np.full(1, 0.0), [0.0] * steps
