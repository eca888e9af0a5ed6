import numpy as np

np.random.seed(1)
x = np.array([[1, 2], [2, 3], [3, 1], [4, 3], [5, 3], [6, 2]], dtype=float)
y = np.array([[0], [0], [0], [1], [1], [1]], dtype=float)
W = np.random.randn(2, 1)
b = np.random.randn(1)
for step in range(10001):
    h = 1 / (1 + np.exp(-(x @ W + b)))
    objective = np.mean(-y * np.log(h) - (1 - y) * np.log(1 - h))
    W = W - 0.01 * x.T @ (h - y) / 6
    b = b - 0.01 * np.mean(h - y)
