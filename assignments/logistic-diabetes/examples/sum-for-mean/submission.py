import numpy as np


def g(z):
    return 1 / (1 + np.exp(-z))


def predict(x, W, b):
    return g(x @ W + b)


def accuracy(h, y):
    return np.mean((h > 0.5) == (y > 0.5))


def train(x, y, W, b, lr=0.01, steps=100001):
    J = []
    for k in range(steps):
        h = predict(x, W, b)
        J.append(np.sum(-y * np.log(h) - (1 - y) * np.log(1 - h)))
        W = W - lr * (x.T @ (h - y))
        b = b - lr * (h - y).sum(axis=0)
    return W, b, J
