import numpy as np


def predict(x, W, b):
    z = x @ W + b
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


def train(x, y, W, b, lr=0.1, steps=2001):
    costs = []
    for _ in range(steps):
        p = predict(x, W, b)
        costs.append(-np.mean(np.sum(y * np.log(p + 1e-12), axis=1)))
        error = (p - y) / len(x)
        W = W - lr * x.T @ error
        b = b - lr * error.sum(axis=0)
    return {"W": W, "b": b, "costs": costs}
