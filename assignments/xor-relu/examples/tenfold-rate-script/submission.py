import numpy as np

np.random.seed(5)
x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])

W1, b1 = np.random.randn(2, 10), np.random.randn(10)
W2, b2 = np.random.randn(10, 1), np.random.randn(1)
lr = 1.0


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


for step in range(20001):
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    h = sigmoid(a1 @ W2 + b2)
    cost = -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))
    dz2 = (h - y) / len(y)
    dz1 = dz2 @ W2.T * (z1 > 0)
    W2 -= lr * a1.T @ dz2
    b2 -= lr * dz2.sum(axis=0)
    W1 -= lr * x.T @ dz1
    b1 -= lr * dz1.sum(axis=0)
    if step % 2000 == 0:
        print(step, cost)

print(h.round(4).ravel(), (h > 0.5).astype(int).ravel(), np.mean((h > 0.5) == y))
