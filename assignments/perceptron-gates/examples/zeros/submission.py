import torch


def unit(x, w, w0):
    return torch.full((len(x),), 0.0)


def and_gate(x):
    return torch.full((len(x),), 0.0)


def or_gate(x):
    return torch.full((len(x),), 0.0)
