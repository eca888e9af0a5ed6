import numpy as np

np.random.seed(4)
x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])

W1, b1 = np.random.randn(2, 3), np.random.randn(3)
W2, b2 = np.random.randn(3, 1), np.random.randn(1)
learning_rate = 1.0


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


for step in range(20001):
    z_hidden = x @ W1 + b1
    hidden = sigmoid(z_hidden)
    y_hat = sigmoid(hidden @ W2 + b2)
    cost = -np.mean(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))
    dz2 = (y_hat - y) / len(y)
    dz1 = dz2 @ W2.T * hidden * (1 - hidden)
    W2 -= learning_rate * hidden.T @ dz2
    b2 -= learning_rate * dz2.sum(axis=0)
    W1 -= learning_rate * x.T @ dz1
    b1 -= learning_rate * dz1.sum(axis=0)
    if step % 2000 == 0:
        print(step, cost)

print(y_hat.round(4).ravel(), (y_hat > 0.5).astype(int).ravel(), np.mean((y_hat > 0.5) == y))
