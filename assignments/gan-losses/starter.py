"""The losses of a GAN."""

import torch


def init_weight(fan_in, fan_out, seed):
    """Return weights (fan_in, fan_out), normal with standard deviation 1 / sqrt(fan_in / 2)."""
    raise NotImplementedError


def noise(n, seed):
    """Return n latent codes (n, 100), uniform between -1 and 1."""
    raise NotImplementedError


def discriminator_loss(real_scores, fake_scores):
    """Return -mean(log D(x) + log(1 - D(G(z)))).  real_scores, fake_scores: (N, 1)."""
    raise NotImplementedError


def generator_loss(fake_scores):
    """Return the non-saturating loss -mean log D(G(z)).  fake_scores: (N, 1)."""
    raise NotImplementedError


def generator_loss_saturating(fake_scores):
    """Return the saturating loss mean log(1 - D(G(z))).  fake_scores: (N, 1)."""
    raise NotImplementedError
