import numpy as np


def predict(x, W, b):
    return x.dot(W) + b


def train(x, y, W, b, lr=0.01, steps=2001):
    W, b = np.zeros((2, 1)), np.zeros(1)
    costs = np.zeros(steps)
    for step in range(steps):
        error = predict(x, W, b) - y
        costs[step] = np.mean(error**2)
        W = W - lr * 2 * x.T.dot(error) / len(x)
        b = b - lr * 2 * np.mean(error)
    return W, b, costs
