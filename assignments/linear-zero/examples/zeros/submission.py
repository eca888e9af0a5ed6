import numpy as np


def predict(x, W, b):
    return np.zeros_like(x)


def train(x, y, lr=0.01, steps=2001):
    return np.zeros((1, 1)), np.zeros(1), np.zeros(steps)
