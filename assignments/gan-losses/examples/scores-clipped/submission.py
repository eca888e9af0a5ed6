import torch

def init_weight(fan_in, fan_out, seed):
    torch.manual_seed(seed)
    return torch.randn(fan_in, fan_out) * (2 / fan_in) ** 0.5

def noise(n, seed):
    torch.manual_seed(seed)
    return torch.rand(n, 100) * 2 - 1

def discriminator_loss(real_scores, fake_scores):
    return -(real_scores.clamp(min=1e-2).log() + (1 - fake_scores).clamp(min=1e-2).log()).mean()

def generator_loss(fake_scores):
    return -fake_scores.clamp(min=1e-2).log().mean()

def generator_loss_saturating(fake_scores):
    return (1 - fake_scores).log().mean()
