import numpy as np

np.random.seed(12)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0], [1], [1], [0]])

W = np.random.normal(size=(2, 1))
b = np.random.normal(size=1)

for step in range(20001):
    hypothesis = 1 / (1 + np.exp(-(X.dot(W) + b)))
    cost = ((hypothesis - Y) ** 2).mean()
    slope = 2 * (hypothesis - Y) * hypothesis * (1 - hypothesis) / 4
    W = W - 0.1 * X.T.dot(slope)
    b = b - 0.1 * slope.sum()

print(cost, hypothesis.ravel(), ((hypothesis > 0.5) == Y).mean())
