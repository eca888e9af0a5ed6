import numpy as np


def predict(x, W, b):
    return x @ W + b


def train(x, y, lr=0.01, steps=2001):
    W, b = np.zeros((1, 1)), np.zeros(1)
    costs = []
    for _ in range(steps):
        error = predict(x, W, b) - y
        costs.append(np.mean(error**2))
        W = W - lr * 2 * x.T @ error / len(x)
        b = b - lr * 2 * error.mean()
    return W, b, costs
