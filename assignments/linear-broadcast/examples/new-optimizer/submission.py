import torch
from torch import nn


class Line(nn.Module):
    def __init__(self, W, b):
        super().__init__()
        self.W = nn.Parameter(W.clone())
        self.b = nn.Parameter(b.clone())

    def forward(self, x):
        return self.W * x + self.b


def predict(x, W, b):
    return Line(W, b)(x)


def train(x, y, W, b, lr=0.01, steps=2000):
    model = Line(W, b)
    costs = []
    for _ in range(steps):
        optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        cost = nn.functional.mse_loss(model(x), y.expand(-1, 2))
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(cost.detach())
    return model.W, model.b, torch.stack(costs)
