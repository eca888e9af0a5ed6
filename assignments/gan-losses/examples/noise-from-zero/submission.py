import math

import torch


def init_weight(fan_in, fan_out, seed):
    torch.manual_seed(seed)
    return torch.randn(fan_in, fan_out) / math.sqrt(fan_in / 2)


def noise(n, seed):
    torch.manual_seed(seed)
    return torch.rand(n, 100)


def discriminator_loss(real_scores, fake_scores):
    return -torch.mean(torch.log(real_scores) + torch.log(1 - fake_scores))


def generator_loss(fake_scores):
    return -torch.mean(torch.log(fake_scores))


def generator_loss_saturating(fake_scores):
    return torch.mean(torch.log(1 - fake_scores))
