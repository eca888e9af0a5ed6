import numpy as np

def _s(z):
    return 1 / (1 + np.exp(-z))

def init(seed):
    r = np.random.RandomState(seed % 2**32)
    return [*[r.uniform(-1.7320508, 1.7320508, s) for s in ((2, 3), (3,), (3, 1), (1,))]]

def predict(x, weights):
    W1, b1, W2, b2 = weights
    return _s(_s(x @ W1 + b1) @ W2 + b2)

def gradients(x, y, weights):
    W1, b1, W2, b2 = weights
    a = _s(x @ W1 + b1)
    d = (_s(a @ W2 + b2) - y) / len(x)
    e = np.einsum("no,ho->nh", d, W2) * a * (1 - a)
    return [np.einsum("ni,nh->ih", x, e), e.sum(0), np.einsum("nh,no->ho", a, d), d.sum(0)]

def train(x, y, weights, lr=0.1, steps=20001):
    weights, costs = [w.astype(np.float64) for w in weights], np.zeros(steps)
    for k in range(steps):
        h = predict(x, weights)
        costs[k] = -np.mean(np.where(y > 0.5, np.log(h), np.log(1 - h)))
        for w, g in zip(weights, gradients(x, y, weights)):
            w -= lr * g
    return weights, costs
