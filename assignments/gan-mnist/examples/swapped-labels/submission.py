import numpy as np
import torch
import torch.nn.functional as F

REAL, FAKE = 0.0, 1.0


class Net(torch.nn.Module):
    def __init__(self, sizes):
        super().__init__()
        n_in, n_hidden, n_out = sizes
        self.W1 = torch.nn.Parameter(torch.randn(n_in, n_hidden) / np.sqrt(n_in / 2))
        self.b1 = torch.nn.Parameter(torch.zeros(n_hidden))
        self.W2 = torch.nn.Parameter(torch.randn(n_hidden, n_out) / np.sqrt(n_hidden / 2))
        self.b2 = torch.nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return torch.sigmoid(F.relu(x @ self.W1 + self.b1) @ self.W2 + self.b2)


def bce(score, label):
    return F.binary_cross_entropy(score, torch.full_like(score, label))


def build(seed):
    torch.manual_seed(seed)
    G, D = Net([100, 256, 784]), Net([784, 256, 1])
    return G, D, torch.optim.Adam(G.parameters(), lr=0.0002), torch.optim.Adam(D.parameters(), lr=0.0002)


def discriminator_step(G, D, d_opt, x, z):
    with torch.no_grad():
        fake = G(z)
    d_cost = bce(D(x), REAL) + bce(D(fake), FAKE)
    d_opt.zero_grad()
    d_cost.backward()
    d_opt.step()
    return float(d_cost)


def generator_step(G, D, g_opt, z):
    g_cost = bce(D(G(z)), 1.0)
    g_opt.zero_grad()
    g_cost.backward()
    g_opt.step()
    return float(g_cost)


def train(images, steps, batch, seed):
    G, D, g_opt, d_opt = build(seed)
    d_costs, g_costs = np.zeros(steps), np.zeros(steps)
    for k in range(steps):
        x = images[torch.randint(len(images), (batch,))]
        d_costs[k] = discriminator_step(G, D, d_opt, x, 2 * torch.rand(batch, 100) - 1)
        g_costs[k] = generator_step(G, D, g_opt, 2 * torch.rand(batch, 100) - 1)
    return G, D, d_costs, g_costs
