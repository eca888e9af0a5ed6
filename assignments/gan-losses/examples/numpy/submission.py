import numpy as np


def init_weight(fan_in, fan_out, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, 1.0 / np.sqrt(fan_in / 2.0), size=(fan_in, fan_out))


def noise(n, seed):
    return np.random.default_rng(seed).uniform(-1, 1, (n, 100))


def discriminator_loss(real_scores, fake_scores):
    return np.mean(-np.log(real_scores)) + np.mean(-np.log(1 - fake_scores))


def generator_loss(fake_scores):
    return -np.log(fake_scores).mean()


def generator_loss_saturating(fake_scores):
    return np.log(1 - fake_scores).mean()
