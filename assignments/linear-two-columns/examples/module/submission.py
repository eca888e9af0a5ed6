import torch
from torch import nn


def predict(x, W, b):
    return (x * W.reshape(1, 2)).sum(dim=1) + b


def train(x, y, W, b, lr=0.01, steps=2001):
    model = nn.Linear(2, 1)
    with torch.no_grad():
        model.weight.copy_(W.reshape(1, 2))
        model.bias.copy_(b)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    criterion = nn.MSELoss()
    costs = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        costs.append(loss.detach())
    return {"costs": costs, "b": model.bias, "W": model.weight}
