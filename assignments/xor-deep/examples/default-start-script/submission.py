import numpy as np

np.random.seed(1)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0], [1], [1], [0]])


def layer(n_in, n_out):
    """Draw a layer the way nn.Linear does."""
    k = 1 / np.sqrt(n_in)
    return np.random.uniform(-k, k, (n_in, n_out)), np.random.uniform(-k, k, n_out)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


net = [layer(2, 10), layer(10, 5), layer(5, 8), layer(8, 1)]
losses = []
for epoch in range(20001):
    outputs = [X]
    for W, b in net:
        outputs.append(sigmoid(outputs[-1] @ W + b))
    hypothesis = outputs[-1]
    losses.append(-np.mean(Y * np.log(hypothesis) + (1 - Y) * np.log(1 - hypothesis)))
    delta = (hypothesis - Y) / 4
    new = []
    for (W, b), a in zip(reversed(net), reversed(outputs[:-1])):
        new.insert(0, (W - 0.1 * a.T @ delta, b - 0.1 * delta.sum(axis=0)))
        delta = delta @ W.T * a * (1 - a)
    net = new

print(losses[::2000], losses[-1])
print((hypothesis > 0.5).astype(int).ravel(), np.mean((hypothesis > 0.5) == Y))
