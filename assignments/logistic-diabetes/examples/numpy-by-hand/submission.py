import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def predict(x, W, b):
    return sigmoid(x.dot(W) + b)


def accuracy(h, y):
    return np.sum((h > 0.5) == (y == 1)) / len(y)


def train(x, y, W, b, lr=0.01, steps=100001):
    m = len(x)
    costs = np.zeros(steps)
    for i in range(steps):
        h = predict(x, W, b)
        costs[i] = -(np.sum(np.log(h[y == 1])) + np.sum(np.log(1 - h[y == 0]))) / m
        dz = h - y
        W = W - lr * np.dot(x.T, dz) / m
        b = b - lr * np.sum(dz) / m
    return W.ravel(), b, costs
