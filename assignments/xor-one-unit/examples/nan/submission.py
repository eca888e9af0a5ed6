import numpy as np


def predict(x, W, b):
    return np.full((len(x), 1), float("nan"))


def train(x, y, W, b, lr=0.1, steps=20001):
    return np.full((2, 1), float("nan")), np.full(1, float("nan")), [float("nan")] * steps
