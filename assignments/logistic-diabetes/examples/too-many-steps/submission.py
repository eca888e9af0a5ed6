import torch


def predict(x, W, b):
    return torch.sigmoid(x @ W + b)


def accuracy(h, y):
    return ((h > 0.5).float() == y).float().mean()


def train(x, y, W, b, lr=0.01, steps=100001):
    costs = []
    for step in range(0, steps + 1):  # step 0 to step 100001
        h = predict(x, W, b)
        costs.append(torch.nn.functional.binary_cross_entropy(h, y).item())
        W = W - lr * torch.mm(x.t(), h - y) / x.size(0)
        b = b - lr * torch.mean(h - y, dim=0)
    return W, b, costs
