import torch
import torch.nn as nn
import torch.nn.functional as F


def predict(x, W, b):
    return F.linear(x, W.T, b).sigmoid()


def accuracy(h, y):
    return sum(int((p > 0.5) == bool(t)) for p, t in zip(h.flatten(), y.flatten())) / len(y)


def train(x, y, W, b, lr=0.01, steps=100001):
    model = nn.Linear(x.shape[1], 1)
    model.weight.data = W.T.clone()
    model.bias.data = b.clone()
    opt = torch.optim.SGD(model.parameters(), lr)
    criterion = nn.BCEWithLogitsLoss()
    losses = torch.zeros(steps)
    for i in range(steps):
        loss = criterion(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses[i] = loss.detach()
    return dict(W=model.weight, b=model.bias, costs=losses)
