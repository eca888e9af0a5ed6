import numpy as np

np.random.seed(1)
xy = np.genfromtxt('data-diabetes.csv', delimiter=',')
x, y = xy[:, :8], xy[:, 8:]
W = np.random.randn(8, 1)
b = np.random.randn()
for step in range(10001):
    h = 1 / (1 + np.exp(-(x @ W + b)))
    cost = np.mean(-y * np.log(h) - (1 - y) * np.log(1 - h))
    W -= 0.01 * x.T @ (h - y) / len(x)
    b -= 0.01 * np.sum(h - y)
