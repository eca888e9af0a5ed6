import torch

SIZES = [2, 10, 5, 8, 1]


def init(seed):
    g = torch.Generator().manual_seed(seed)
    weights = []
    for n_in, n_out in zip(SIZES, SIZES[1:]):
        weights.append(torch.randn(n_in, n_out, generator=g))
        weights.append(torch.randn(n_out, generator=g))
    return weights


def predict(x, weights):
    a = x
    for W, b in zip(weights[:-2:2], weights[1:-2:2]):
        a = (a @ W + b)
    return torch.sigmoid(a @ weights[-2] + weights[-1])


def cost(h, y):
    return -(y * torch.log(h) + (1 - y) * torch.log(1 - h)).mean()


def train(x, y, weights, lr=0.1, steps=20001):
    weights = [w.clone().requires_grad_(True) for w in weights]
    costs = []
    for _ in range(steps):
        c = cost(predict(x, weights), y)
        for w in weights:
            w.grad = None
        c.backward()
        with torch.no_grad():
            for w in weights:
                w -= lr * w.grad
        costs.append(c.item())
    return weights, costs
