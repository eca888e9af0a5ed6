import numpy as np

np.random.seed(30)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0], [1], [1], [0]])

W1, b1 = np.random.randn(2, 3), np.random.randn(3)
W2, b2 = np.random.randn(3, 1), np.random.randn(1)
lr = 0.1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


for step in range(20001):
    z1 = X @ W1 + b1
    a1 = sigmoid(z1)
    hypothesis = sigmoid(a1 @ W2 + b2)
    cost = -np.mean(Y * np.log(hypothesis) + (1 - Y) * np.log(1 - hypothesis))
    dz2 = (hypothesis - Y) / len(Y)
    dz1 = dz2 @ W2.T * a1 * (1 - a1)
    W2 -= lr * a1.T @ dz2
    b2 -= lr * dz2.sum(axis=0)
    W1 -= lr * X.T @ dz1
    b1 -= lr * dz1.sum(axis=0)
    if step % 2000 == 0:
        print(step, cost)

print(hypothesis.round(4).ravel(), (hypothesis > 0.5).astype(int).ravel(), np.mean((hypothesis > 0.5) == Y))
