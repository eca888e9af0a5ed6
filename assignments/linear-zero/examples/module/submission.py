import torch
from torch import nn
from torch.nn import functional as F


class LinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x):
        return self.linear(x)


def predict(x, W, b):
    return F.linear(x, W.T, b)


def train(x, y, lr=0.01, steps=2001):
    model = LinearRegression()
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = torch.zeros(steps)
    for i in range(steps):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        losses[i] = loss.detach()
    return {"W": model.linear.weight, "b": model.linear.bias, "costs": losses}
