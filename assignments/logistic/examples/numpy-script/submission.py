import numpy as np

rng = np.random.default_rng(7)
x = np.array([[1., 2.], [2., 3.], [3., 1.], [4., 3.], [5., 3.], [6., 2.]])
y = np.array([0, 0, 0, 1, 1, 1])
w = rng.standard_normal(2)
b = rng.standard_normal()


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def predict(x):
    return sigmoid(x @ w + b) > 0.5


for step in range(10001):
    h = sigmoid(x @ w + b)
    loss = np.mean(-y * np.log(h) - (1 - y) * np.log(1 - h))
    w -= 0.01 * x.T @ (h - y) / len(y)
    b -= 0.01 * np.mean(h - y)
print(loss, predict(x))
