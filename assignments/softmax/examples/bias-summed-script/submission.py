import numpy as np

np.random.seed(1)
x = np.array([[1, 2, 1, 1], [2, 1, 3, 2], [3, 1, 3, 4], [4, 1, 5, 5],
              [1, 7, 5, 5], [1, 2, 5, 6], [1, 6, 6, 6], [1, 7, 7, 7]], dtype=float)
labels = np.array([2, 2, 2, 1, 1, 1, 0, 0])
y = np.eye(3)[labels]
W = np.random.randn(4, 3)
b = np.random.randn(3)
for step in range(2001):
    z = x @ W + b
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    cost = -np.mean(np.log(p[np.arange(len(x)), labels]))
    W -= 0.1 * x.T @ (p - y) / len(x)
    b -= 0.1 * (p - y).sum(axis=0)
