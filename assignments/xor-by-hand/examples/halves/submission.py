import torch


def forward(x, W1, b1, W2, b2):
    return torch.full((len(x), 2), 0.5), torch.full((len(x), 1), 0.5)


def xor(x):
    return torch.full((len(x), 1), 0.5)
