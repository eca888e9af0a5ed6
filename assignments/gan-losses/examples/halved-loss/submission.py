import torch
from torch import nn

bce = nn.BCELoss()


def init_weight(fan_in, fan_out, seed):
    generator = torch.Generator().manual_seed(seed)
    W = torch.empty(fan_in, fan_out)
    nn.init.normal_(W, mean=0.0, std=(fan_in / 2) ** -0.5, generator=generator)
    return W


def noise(n, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.empty(n, 100).uniform_(-1, 1, generator=generator)


def discriminator_loss(real_scores, fake_scores):
    real_loss = bce(real_scores, torch.ones_like(real_scores))
    fake_loss = bce(fake_scores, torch.zeros_like(fake_scores))
    return (real_loss + fake_loss) / 2


def generator_loss(fake_scores):
    return bce(fake_scores, torch.ones_like(fake_scores))


def generator_loss_saturating(fake_scores):
    return -bce(fake_scores, torch.zeros_like(fake_scores))
