import numpy as np


def predict(x, W, b):
    return np.zeros_like(x)


def train(x, y, W, b, lr=0.01, steps=2000):
    return 0.0, 0.0, np.zeros(steps)
