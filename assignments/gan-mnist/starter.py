"""A GAN that draws digits."""

import torch


def build(seed):
    """Return G, D, g_opt, d_opt: the nets 100-256-784 and 784-256-1, and an Adam (lr 0.0002) for each."""
    raise NotImplementedError


def discriminator_step(G, D, d_opt, x, z):
    """Train D once on real images x (N, 784) and on G(z), z (N, 100); return its cost before the update."""
    raise NotImplementedError


def generator_step(G, D, g_opt, z):
    """Train G once on noise z (N, 100); return its cost before the update."""
    raise NotImplementedError


def train(images, steps, batch, seed):
    """Take `steps` steps of each net on batches of images (M, 784); return G, D, d_costs, g_costs."""
    raise NotImplementedError
