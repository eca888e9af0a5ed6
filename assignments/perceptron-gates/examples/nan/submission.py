import torch


def unit(x, w, w0):
    return torch.full((len(x),), float('nan'))


def and_gate(x):
    return torch.full((len(x),), float('nan'))


def or_gate(x):
    return torch.full((len(x),), float('nan'))
