import torch
from torch import nn

criterion = nn.BCELoss()


def init_weights(m):
    if isinstance(m, nn.Linear):
        m.weight.data.normal_(0, (2 / m.in_features) ** 0.5)
        m.bias.data.zero_()


def build(seed):
    torch.manual_seed(seed)
    generator = nn.Sequential(nn.Linear(100, 256), nn.ReLU(), nn.Linear(256, 784), nn.Sigmoid())
    discriminator = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 1), nn.Sigmoid())
    generator.apply(init_weights)
    discriminator.apply(init_weights)
    return (generator, discriminator, torch.optim.Adam(generator.parameters(), lr=2e-4),
            torch.optim.Adam(discriminator.parameters(), lr=2e-4))


def discriminator_step(G, D, d_opt, x, z):
    real_labels = torch.ones(x.shape[0], 1)
    fake_labels = torch.zeros(z.shape[0], 1)
    d_opt.zero_grad()
    loss = criterion(D(x), real_labels) + criterion(D(G(z).detach()), fake_labels)
    loss.backward()
    d_opt.step()
    return loss.item()


def generator_step(G, D, g_opt, z):
    fake_labels = torch.zeros(z.shape[0], 1)
    g_opt.zero_grad()
    loss = criterion(D(G(z)), fake_labels)  # the images are fake
    loss.backward()
    g_opt.step()
    return loss.item()


def train(images, steps, batch, seed):
    G, D, g_opt, d_opt = build(seed)
    loss_D, loss_G = [], []
    for i in range(steps):
        idx = torch.randint(0, images.shape[0], (batch,))
        noise = torch.rand(batch, 100) * 2 - 1
        loss_D.append(discriminator_step(G, D, d_opt, images[idx], noise))
        loss_G.append(generator_step(G, D, g_opt, noise))
    return G, D, loss_D, loss_G
