import torch


def predict(x, W, b):
    return 1 / (1 + torch.exp(-(x @ W + b)))


def accuracy(h, y):
    return torch.mean(((h > 0.5) == (y > 0.5)).float())


def train(x, y, W, b, lr=0.01, steps=100001):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    costs = []
    for _ in range(steps):
        h = predict(x, W, b)
        cost = torch.mean(-y * torch.log(h) - (1 - y) * torch.log(1 - h))
        cost.backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
        costs.append(cost.item())
    return W.detach(), b.detach(), costs
