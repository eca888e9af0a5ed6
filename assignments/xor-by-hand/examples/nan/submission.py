import torch


def forward(x, W1, b1, W2, b2):
    return torch.full((len(x), 2), float('nan')), torch.full((len(x), 1), float('nan'))


def xor(x):
    return torch.full((len(x), 1), float('nan'))
