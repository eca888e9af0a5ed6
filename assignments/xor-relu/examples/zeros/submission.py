import torch


def init(seed):
    return [torch.full(shape, 0.0) for shape in ((2, 10), (10,), (10, 1), (1,))]


def predict(x, weights):
    return torch.full((len(x), 1), 0.0)


def gradients(x, y, weights):
    return [torch.full(w.shape, 0.0) for w in weights]


def train(x, y, weights, lr=0.1, steps=20001):
    return gradients(x, y, weights), [0.0] * steps
