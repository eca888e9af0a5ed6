import numpy as np

np.random.seed(2)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0], [1], [1], [0]])

W1, b1 = np.random.randn(2, 10), np.random.randn(10)
W2, b2 = np.random.randn(10, 1), np.random.randn(1)
rate = 1.0


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


for step in range(20001):
    z1 = X @ W1 + b1
    a1 = sigmoid(z1)
    out = sigmoid(a1 @ W2 + b2)
    cost = -np.mean(Y * np.log(out) + (1 - Y) * np.log(1 - out))
    dz2 = (out - Y) / len(Y)
    dz1 = dz2 @ W2.T * a1 * (1 - a1)
    W2 -= rate * a1.T @ dz2
    b2 -= rate * dz2.sum(axis=0)
    W1 -= rate * X.T @ dz1
    b1 -= rate * dz1.sum(axis=0)
    if step % 2000 == 0:
        print(step, cost)

print(out.round(4).ravel(), (out > 0.5).astype(int).ravel(), np.mean((out > 0.5) == Y))
