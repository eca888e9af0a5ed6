import torch


def init_weight(fan_in, fan_out, seed):
    return torch.full((fan_in, fan_out), 0.0)


def noise(n, seed):
    return torch.full((n, 100), 0.0)


def discriminator_loss(real_scores, fake_scores):
    return torch.tensor(0.0)


def generator_loss(fake_scores):
    return torch.tensor(0.0)


def generator_loss_saturating(fake_scores):
    return torch.tensor(0.0)
