import torch


def mse(h, y):
    return ((h - y) ** 2).mean()


def gradient_step(x, y, W, b, lr):
    error = x @ W + b - y
    return W - lr * 2 * x.T @ error / len(x), b - lr * 2 * error.mean()


def sigmoid(z):
    return 1 / (1 + torch.exp(-z))


def logistic_cost(h, y):
    return -(y * torch.log10(h) + (1 - y) * torch.log10(1 - h)).mean()


def softmax(z):
    e = torch.exp(z - z.max(dim=1, keepdim=True).values)
    return e / e.sum(dim=1, keepdim=True)


def cross_entropy(p, y):
    return -(y * torch.log10(p)).sum(dim=1).mean()


def one_hot(labels, classes):
    return torch.eye(classes)[labels]


def argmax(p):
    return p.argmax(dim=1)
