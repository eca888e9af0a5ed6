import torch
from torch.nn.functional import binary_cross_entropy


def predict(x, W, b):
    return torch.sigmoid(x.mm(W) + b)


def accuracy(h, y):
    return (h.gt(0.5).float() == y).float().mean().item()


def train(x, y, W, b, lr=0.01, steps=100001):
    # first half to train on, second half to test on
    half = len(x) // 2
    x_train, y_train = x[:half], y[:half]
    W, b = W.detach().clone(), b.detach().clone()
    W.requires_grad, b.requires_grad = True, True
    sgd = torch.optim.SGD([W, b], lr)
    losses = []
    for epoch in range(steps):
        sgd.zero_grad()
        loss = binary_cross_entropy(predict(x_train, W, b), y_train)
        loss.backward()
        sgd.step()
        losses.append(loss.item())
    return W, b, losses
