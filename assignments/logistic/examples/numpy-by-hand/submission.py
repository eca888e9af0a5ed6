import numpy as np


def predict(x, W, b):
    return 1 / (1 + np.exp(-(x @ W + b)))


def classify(h):
    return h > 0.5


def train(x, y, W, b, lr=0.01, steps=10001):
    costs = []
    for _ in range(steps):
        h = predict(x, W, b)
        costs.append(-np.mean(y * np.log(h) + (1 - y) * np.log(1 - h)))
        error = h - y
        W = W - lr * x.T @ error / len(x)
        b = b - lr * error.mean()
    return W, b, np.array(costs)
