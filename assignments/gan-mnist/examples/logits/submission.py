import torch
from torch import nn

bce = nn.BCEWithLogitsLoss()


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(100, 256)
        self.pixels = nn.Linear(256, 784)

    def forward(self, z):
        return torch.sigmoid(self.pixels(torch.relu(self.hidden(z))))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 256)
        self.score = nn.Linear(256, 1)

    def logits(self, x):
        return self.score(torch.relu(self.hidden(x)))

    def forward(self, x):
        return torch.sigmoid(self.logits(x))


def start(module):
    if isinstance(module, nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        module.bias.data.fill_(0)


def build(seed):
    torch.manual_seed(seed)
    G, D = Generator().apply(start), Discriminator().apply(start)
    return G, D, torch.optim.Adam(G.parameters(), 2e-4), torch.optim.Adam(D.parameters(), 2e-4)


def discriminator_step(G, D, d_opt, x, z):
    d_opt.zero_grad()
    real, fake = D.logits(x), D.logits(G(z))  # not detached, but d_opt owns D's weights only
    loss = bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))
    loss.backward()
    d_opt.step()
    return loss.detach()


def generator_step(G, D, g_opt, z):
    g_opt.zero_grad()
    fake = D.logits(G(z))
    loss = bce(fake, torch.ones_like(fake))
    loss.backward()
    g_opt.step()
    return loss.detach()


def train(images, steps, batch, seed):
    G, D, g_opt, d_opt = build(seed)
    loader = torch.utils.data.DataLoader(images, batch_size=batch, shuffle=True, drop_last=True)
    d_costs, g_costs = [], []
    while len(d_costs) < steps:
        for x in loader:
            d_costs.append(discriminator_step(G, D, d_opt, x, torch.empty(batch, 100).uniform_(-1, 1)))
            g_costs.append(generator_step(G, D, g_opt, torch.empty(batch, 100).uniform_(-1, 1)))
            if len(d_costs) == steps:
                break
    return G, D, torch.stack(d_costs), torch.stack(g_costs)
