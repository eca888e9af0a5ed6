import numpy as np


def predict(x, W, b):
    return np.zeros((len(x), 1))


def train(x, y, W, b, lr=0.001, steps=1000):
    return np.zeros((1, 1)), np.zeros(1), np.zeros(steps)
