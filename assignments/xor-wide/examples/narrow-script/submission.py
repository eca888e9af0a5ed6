import numpy as np

np.random.seed(3)
x_data = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y_data = np.array([[0], [1], [1], [0]])

W1, b1 = np.random.randn(2, 3), np.random.randn(3)
W2, b2 = np.random.randn(3, 1), np.random.randn(1)
lr = 0.1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


for step in range(20001):
    z1 = x_data @ W1 + b1
    L1 = sigmoid(z1)
    hypothesis = sigmoid(L1 @ W2 + b2)
    cost = -np.mean(y_data * np.log(hypothesis) + (1 - y_data) * np.log(1 - hypothesis))
    dz2 = (hypothesis - y_data) / len(y_data)
    dz1 = dz2 @ W2.T * L1 * (1 - L1)
    W2 -= lr * L1.T @ dz2
    b2 -= lr * dz2.sum(axis=0)
    W1 -= lr * x_data.T @ dz1
    b1 -= lr * dz1.sum(axis=0)
    if step % 2000 == 0:
        print(step, cost)

print(hypothesis.round(4).ravel(), (hypothesis > 0.5).astype(int).ravel(), np.mean((hypothesis > 0.5) == y_data))
