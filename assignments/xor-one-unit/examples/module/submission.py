import torch
from torch import nn


def predict(x, W, b):
    return torch.sigmoid(nn.functional.linear(x, W.reshape(1, -1), b)).flatten()


def train(x, y, W, b, lr=0.1, steps=20001):
    unit = nn.Linear(2, 1)
    unit.load_state_dict({"weight": W.T, "bias": b})
    optimizer = torch.optim.SGD(unit.parameters(), lr=lr)
    loss_fn = nn.BCEWithLogitsLoss()
    costs = []
    for _ in range(steps):
        loss = loss_fn(unit(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        costs.append(loss.detach())
    return unit.weight, unit.bias, costs
