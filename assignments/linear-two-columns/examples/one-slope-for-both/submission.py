import numpy as np

def predict(x, W, b):
    return x @ W + b

def train(x, y, W, b, lr=0.01, steps=2001):
    costs = []
    for _ in range(steps):
        e = x @ W + b - y
        costs.append(np.mean(e ** 2))
        W = W - lr * 2 * np.mean(e * x)
        b = b - lr * 2 * np.mean(e)
    return W, b, costs
