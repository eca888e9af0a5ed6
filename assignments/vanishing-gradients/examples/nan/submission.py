import torch


def gradients(x, y, weights, activation):
    return [torch.full(w.shape, float('nan')) for w in weights]


def ratio(x, y, weights, activation):
    return torch.tensor(float('nan'))
