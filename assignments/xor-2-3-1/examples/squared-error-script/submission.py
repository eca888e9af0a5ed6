import numpy as np

np.random.seed(5)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0], [1], [1], [0]])

W1, b1 = np.random.randn(2, 3), np.random.randn(3)
W2, b2 = np.random.randn(3, 1), np.random.randn(1)
lr = 0.1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


for step in range(20001):
    layer1_in = X @ W1 + b1
    layer1 = sigmoid(layer1_in)
    hypothesis = sigmoid(layer1 @ W2 + b2)
    loss = np.mean((hypothesis - Y) ** 2)
    d2 = 2 * (hypothesis - Y) * hypothesis * (1 - hypothesis) / len(Y)
    d1 = d2 @ W2.T * layer1 * (1 - layer1)
    W2 -= lr * layer1.T @ d2
    b2 -= lr * d2.sum(axis=0)
    W1 -= lr * X.T @ d1
    b1 -= lr * d1.sum(axis=0)
    if step % 2000 == 0:
        print(step, loss)

print(hypothesis.round(4).ravel(), (hypothesis > 0.5).astype(int).ravel(), np.mean((hypothesis > 0.5) == Y))
