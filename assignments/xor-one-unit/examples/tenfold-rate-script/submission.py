import numpy as np

x_data = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
y_data = np.array([[0], [1], [1], [0]], dtype=float)

rng = np.random.default_rng(42)
W = rng.standard_normal((2, 1))
b = rng.standard_normal(1)
learning_rate = 1.0

losses = []
for epoch in range(20001):
    h = 1 / (1 + np.exp(-(x_data @ W + b)))
    loss = -np.mean(y_data * np.log(h) + (1 - y_data) * np.log(1 - h))
    losses.append(loss)
    W -= learning_rate * x_data.T @ (h - y_data) / len(y_data)
    b -= learning_rate * np.mean(h - y_data)

accuracy = np.mean((h > 0.5) == y_data)
print(h.ravel(), accuracy)
