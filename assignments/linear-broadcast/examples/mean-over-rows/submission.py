import numpy as np


def predict(x, W, b):
    return W * x + b


def train(x, y, W, b, lr=0.01, steps=2000):
    W, b = W.item(), b.item()
    costs = []
    for _ in range(steps):
        error = predict(x, W, b) - y
        costs.append(np.sum(error**2) / len(x))
        W -= lr * 2 * np.sum(error * x) / len(x)
        b -= lr * 2 * np.sum(error) / len(x)
    return W, b, costs
