import numpy as np


def predict(x, W, b):
    return np.full((len(x), 3), 0.0)


def train(x, y, W, b, lr=0.1, steps=2001):
    return np.full((4, 3), 0.0), np.full(3, 0.0), np.full(steps, 0.0)
