import numpy as np


def predict(x, W, b):
    return 1 / (1 + np.exp(-np.dot(x, W) - b))


def accuracy(h, y):
    return float(np.mean(np.where(h < 0.5, 0, 1) == y))


def train(x, y, W, b, lr=0.01, steps=100001):
    costs = []
    for step in range(steps):
        h = predict(x, W, b)
        costs.append(-np.mean(y * np.log(h) + (1 - y) * np.log(1 - h)))
        gradient = h - y
        W, b = W - lr * x.T @ gradient / len(y), b - lr * gradient.mean(0)
    return W, b, costs
