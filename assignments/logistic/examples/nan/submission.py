import numpy as np


def predict(x, W, b):
    return np.full((len(x), 1), np.nan)


def classify(h):
    return h * np.nan


def train(x, y, W, b, lr=0.01, steps=10001):
    return W * np.nan, b * np.nan, [float("nan")] * steps
