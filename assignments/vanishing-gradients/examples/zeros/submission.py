import torch


def gradients(x, y, weights, activation):
    return [torch.full(w.shape, 0.0) for w in weights]


def ratio(x, y, weights, activation):
    return torch.tensor(0.0)
