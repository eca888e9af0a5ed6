# GAN on MNIST
from itertools import chain

import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, n_in, n_out, n_hidden=256):
        super().__init__()
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.fc2 = nn.Linear(n_hidden, n_out)
        for fc in (self.fc1, self.fc2):
            nn.init.normal_(fc.weight, 0.0, 1.0 / (fc.in_features / 2.0) ** 0.5)
            nn.init.constant_(fc.bias, 0.0)

    def forward(self, inputs):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(inputs))))


def build(seed):
    torch.manual_seed(seed)
    gen, disc = Net(100, 784), Net(784, 1)
    optimizer = torch.optim.Adam(chain(gen.parameters(), disc.parameters()), lr=0.0002)
    return gen, disc, optimizer, optimizer


def update(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def discriminator_step(G, D, d_opt, x, z):
    return update(d_opt, -(torch.log(D(x)) + torch.log(1 - D(G(z)))).mean())


def generator_step(G, D, g_opt, z):
    return update(g_opt, -torch.log(D(G(z))).mean())


def train(images, steps, batch, seed):
    gen, disc, g_opt, d_opt = build(seed)
    d_losses, g_losses = [], []
    for _ in range(steps):
        pick = torch.randperm(len(images))[:batch]
        z = torch.empty(batch, 100).uniform_(-1, 1)
        d_losses.append(discriminator_step(gen, disc, d_opt, images[pick], z))
        g_losses.append(generator_step(gen, disc, g_opt, z))
    return gen, disc, d_losses, g_losses
