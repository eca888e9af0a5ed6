import torch
import torch.nn as nn


def predict(x, W, b):
    return torch.sigmoid(torch.addmm(b, x, W))


def accuracy(h, y):
    classes = torch.where(h > 0.5, 1.0, 0.0)
    return torch.eq(classes, y).float().mean()


class Line(nn.Module):
    def __init__(self, W, b):
        super().__init__()
        self.W = nn.Parameter(W.clone())
        self.b = nn.Parameter(b.clone())

    def forward(self, x):
        return predict(x, self.W, self.b)


def train(x, y, W, b, lr=0.01, steps=100001):
    line = Line(W, b)
    optimizer = torch.optim.SGD(line.parameters(), lr=lr)
    history = []
    for step in range(steps):
        h = line(x)
        loss = (y * h.log() + (1 - y) * (1 - h).log()).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    return line.W, line.b, history
