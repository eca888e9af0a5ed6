import torch
from torch import nn


def predict(x, W, b):
    return nn.functional.linear(x, W.reshape(1, 1), b)


def train(x, y, W, b, lr=0.001, steps=1000):
    dense = nn.Linear(1, 1)
    with torch.no_grad():
        dense.weight.copy_(W.reshape(1, 1))
        dense.bias.copy_(b)
    criterion = nn.MSELoss()
    adam = torch.optim.Adam(dense.parameters(), lr=lr, betas=(0.999, 0.9), eps=1e-7)
    losses = []
    for step in range(steps):
        adam.zero_grad()
        loss = criterion(dense(x), y)
        loss.backward()
        adam.step()
        losses.append(loss.detach())
    return {"W": dense.weight, "b": dense.bias, "costs": losses}
