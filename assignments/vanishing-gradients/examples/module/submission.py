import torch
from torch import nn


class Deep(nn.Module):
    def __init__(self, weights, activation):
        super().__init__()
        sizes = [2, 10, 5, 8, 1]
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))
        self.activation = nn.Sigmoid() if activation == "sigmoid" else nn.ReLU()
        for layer, W, b in zip(self.layers, weights[0::2], weights[1::2]):
            layer.weight.data = W.T.clone()
            layer.bias.data = b.clone()

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


def trace(x, y, weights, activation):
    net = Deep(weights, activation)
    nn.functional.binary_cross_entropy_with_logits(net(x), y).backward()
    return net


def gradients(x, y, weights, activation):
    net = trace(x, y, weights, activation)
    return tuple(g for layer in net.layers for g in (layer.weight.grad.t(), layer.bias.grad))


def ratio(x, y, weights, activation):
    net = trace(x, y, weights, activation)
    first, last = (torch.linalg.norm(net.layers[i].weight.grad) for i in (0, -1))
    return (first / last).item()
