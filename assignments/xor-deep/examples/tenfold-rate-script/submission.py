import numpy as np

rng = np.random.default_rng(6)
x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])

sizes = [2, 10, 5, 8, 1]
Ws = [rng.standard_normal((i, o)) for i, o in zip(sizes, sizes[1:])]
bs = [rng.standard_normal(o) for o in sizes[1:]]
learning_rate = 1.0

for step in range(20001):
    layers = [x]
    for W, b in zip(Ws, bs):
        layers.append(1 / (1 + np.exp(-(layers[-1] @ W + b))))
    hypothesis = layers[-1]
    cost = -np.mean(y * np.log(hypothesis) + (1 - y) * np.log(1 - hypothesis))
    error = (hypothesis - y) / len(y)
    for k in reversed(range(4)):
        dW, db = layers[k].T @ error, error.sum(axis=0)
        error = error @ Ws[k].T * layers[k] * (1 - layers[k])
        Ws[k] -= learning_rate * dW
        bs[k] -= learning_rate * db
    if step % 2000 == 0:
        print(step, cost)

W1 = Ws[0]
print(hypothesis.ravel(), np.mean((hypothesis > 0.5) == y))
