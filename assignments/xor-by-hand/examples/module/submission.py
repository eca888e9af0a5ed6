import torch
from torch import nn


def make(W1, b1, W2, b2):
    net = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1), nn.Sigmoid())
    with torch.no_grad():
        for layer, W, b in ((net[0], W1, b1), (net[2], W2, b2)):
            layer.weight.copy_(W.T)
            layer.bias.copy_(b)
    return net


def forward(x, W1, b1, W2, b2):
    net = make(W1, b1, W2, b2)
    return net[:2](x), net(x)


def xor(x):
    weights = torch.tensor([[5.0, -7.0], [5.0, -7.0]]), torch.tensor([-8.0, 3.0])
    out = torch.tensor([[-11.0], [-11.0]]), torch.tensor([6.0])
    return (forward(x, *weights, *out)[1] > 0.5).squeeze()
