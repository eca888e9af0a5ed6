import numpy as np


def predict(x, W, b):
    return np.zeros((len(x), 1))


def classify(h):
    return np.zeros_like(h)


def train(x, y, W, b, lr=0.01, steps=10001):
    return np.zeros_like(W), np.zeros_like(b), np.zeros(steps)
