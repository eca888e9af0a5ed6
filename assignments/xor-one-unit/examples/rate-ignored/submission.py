import torch


def predict(x, W, b):
    return torch.sigmoid(x @ W + b)


def train(x, y, W, b, lr=0.1, steps=20001):
    W = W.clone().requires_grad_(True)
    b = b.clone().requires_grad_(True)
    costs = []
    for _ in range(steps):
        h = predict(x, W, b)
        cost = -(y * torch.log(h) + (1 - y) * torch.log(1 - h)).mean()
        W.grad = b.grad = None
        cost.backward()
        with torch.no_grad():
            W -= 0.1 * W.grad
            b -= 0.1 * b.grad
        costs.append(cost.item())
    return W, b, costs
