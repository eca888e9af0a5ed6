import torch


def predict(x, W, b):
    return torch.log(-torch.ones(len(x), 1))


def accuracy(h, y):
    return float("nan")


def train(x, y, W, b, lr=0.01, steps=100001):
    return W * float("nan"), b * float("nan"), [float("nan")] * steps
