import numpy as np

def make(rng):
    return rng.normal(size=(2, 1)), rng.normal()

def descend(x, y, W, b, rate, count):
    for k in range(count):
        err = x @ W + b - y
        yield W, b, (err ** 2).mean()
        W = W - rate * 2 * x.T @ err / len(x)
        b = b - rate * 2 * err.mean()

x = np.array([[1, 1], [2, 2], [3, 3]], dtype=float)
y = np.array([[10], [20], [30]], dtype=float)
for W, b, cost in descend(x, y, *make(np.random.default_rng()), 0.01, 2001):
    pass
print(W.ravel(), b, cost)
