import numpy as np

xy = np.genfromtxt('data-diabetes.csv', delimiter=',')
x, y = xy[:, :8], xy[:, 8:]
W = np.zeros((8, 1))
b = 0.0
for step in range(1501):
    h = 1 / (1 + np.exp(-(x @ W + b)))
    cost = np.mean(-y * np.log(h) - (1 - y) * np.log(1 - h))
    W -= 0.01 * x.T @ (h - y) / len(x)
    b -= 0.01 * np.mean(h - y)
