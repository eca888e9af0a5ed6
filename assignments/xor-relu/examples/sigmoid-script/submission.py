import numpy as np

np.random.seed(11)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0], [1], [1], [0]])

W1, b1 = np.random.randn(2, 10), np.random.randn(10)
W2, b2 = np.random.randn(10, 1), np.random.randn(1)
lr = 0.1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


for epoch in range(20001):
    z1 = X @ W1 + b1
    hidden = sigmoid(z1)
    hypothesis = sigmoid(hidden @ W2 + b2)
    cost = -np.mean(Y * np.log(hypothesis) + (1 - Y) * np.log(1 - hypothesis))
    dz2 = (hypothesis - Y) / len(Y)
    dz1 = dz2 @ W2.T * hidden * (1 - hidden)
    W2 -= lr * hidden.T @ dz2
    b2 -= lr * dz2.sum(axis=0)
    W1 -= lr * X.T @ dz1
    b1 -= lr * dz1.sum(axis=0)
    if epoch % 2000 == 0:
        print(epoch, cost)

print(hypothesis.round(4).ravel(), (hypothesis > 0.5).astype(int).ravel(), np.mean((hypothesis > 0.5) == Y))
