import torch


def predict(x, W, b):
    return torch.softmax(x @ W + b, dim=1)


def train(x, y, W, b, lr=0.1, steps=2001):
    W = W.clone().requires_grad_(True)
    b = b.clone().requires_grad_(True)
    optimizer = torch.optim.SGD([W, b], lr=lr)
    costs = []
    for _ in range(steps):
        cost = -(y * torch.log_softmax(x @ W + b, dim=1)).mean()
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return W, b, costs
