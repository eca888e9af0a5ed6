import torch
from torch import nn

loss_fn = nn.BCEWithLogitsLoss()  # has the sigmoid in it


def linear(n_in, n_out):
    fc = nn.Linear(n_in, n_out)
    nn.init.normal_(fc.weight, mean=0, std=(2 / n_in) ** 0.5)
    nn.init.zeros_(fc.bias)
    return fc


def build(seed):
    torch.manual_seed(seed)
    G = nn.Sequential(linear(100, 256), nn.ReLU(), linear(256, 784))
    D = nn.Sequential(linear(784, 256), nn.ReLU(), linear(256, 1))
    return G, D, torch.optim.Adam(G.parameters(), lr=2e-4), torch.optim.Adam(D.parameters(), lr=2e-4)


def discriminator_step(G, D, d_opt, x, z):
    fake = D(G(z).detach())
    real = D(x)
    cost = loss_fn(real, torch.ones_like(real)) + loss_fn(fake, torch.zeros_like(fake))
    d_opt.zero_grad()
    cost.backward()
    d_opt.step()
    return cost.item()


def generator_step(G, D, g_opt, z):
    fake = D(G(z))
    cost = loss_fn(fake, torch.ones_like(fake))
    g_opt.zero_grad()
    cost.backward()
    g_opt.step()
    return cost.item()


def train(images, steps, batch, seed):
    G, D, g_opt, d_opt = build(seed)
    history = {"D": [], "G": []}
    while len(history["D"]) < steps:
        z = torch.rand(batch, 100) * 2 - 1
        real = images[torch.randint(len(images), (batch,))]
        history["D"].append(discriminator_step(G, D, d_opt, real, z))
        history["G"].append(generator_step(G, D, g_opt, z))
    return G, D, history["D"], history["G"]
