"""A generative adversarial net on MNIST (model 15): 100-256-784 draws digits, 784-256-1 tells them from real.

"Scores" are the discriminator's answers D(x) in [0, 1]: near 1 it says real, near 0 it says drawn.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

NOISE, HIDDEN, PIXELS = 100, 256, 784
LEARNING_RATE = 2e-4

Net = Callable[[Tensor], Tensor]


def init_weight(fan_in: int, fan_out: int, seed: int) -> Tensor:
    """Draw weights from a normal distribution with standard deviation 1 / sqrt(fan_in / 2).

    Returns (fan_in, fan_out).  The slide calls it Xavier Glorot; sqrt(2 / fan_in) is the one usually named
    after He.  Source: lecture, GAN, initialiser; He et al. 2015, equation 10.
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(fan_in, fan_out, generator=generator) * math.sqrt(2 / fan_in)


def noise(n: int, seed: int) -> Tensor:
    """Draw n latent codes, uniform in (-1, 1).

    Returns (n, 100): mean 0, standard deviation 0.57735.  Source: lecture, GAN listing (its slides say
    Gaussian).
    """
    return _noise(n, torch.Generator().manual_seed(seed))


def generator(seed: int) -> nn.Sequential:
    """Make the generator: (N, 100) noise to (N, 784) pixels in [0, 1], ReLU inside, 227,344 weights.

    Biases start at 0.  Source: lecture, GAN listing.
    """
    return nn.Sequential(
        _layer(NOISE, HIDDEN, 2 * seed), nn.ReLU(), _layer(HIDDEN, PIXELS, 2 * seed + 1), nn.Sigmoid()
    )


def discriminator(seed: int) -> nn.Sequential:
    """Make the discriminator: (N, 784) pixels to (N, 1) scores in [0, 1], ReLU inside, 201,217 weights.

    Biases start at 0.  Source: lecture, GAN listing.
    """
    return nn.Sequential(
        _layer(PIXELS, HIDDEN, 2 * seed), nn.ReLU(), _layer(HIDDEN, 1, 2 * seed + 1), nn.Sigmoid()
    )


def discriminator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Take the discriminator's cost -mean(log D(x) + log(1 - D(G(z)))), with plain logs.

    real_scores: (N, 1).  fake_scores: (M, 1).  Returns a scalar: 0 at best, 2 ln 2 = 1.386294 where D always
    says 1/2, infinity where one is surely wrong.  Source: lecture, GAN objective; Goodfellow et al. 2014,
    equation 1.
    """
    return -(real_scores.log().mean() + (1 - fake_scores).log().mean())


def generator_loss(fake_scores: Tensor) -> Tensor:
    """Take the generator's non-saturating cost -mean log D(G(z)), which is steep where D sees through it.

    fake_scores: (N, 1).  Returns a scalar, ln 2 = 0.693147 where D says 1/2.  At D(G) = d the slope in D's
    logit is d - 1.  Source: lecture, GAN, non-saturating loss; Goodfellow et al. 2014, section 3.
    """
    return -fake_scores.log().mean()


def generator_loss_saturating(fake_scores: Tensor) -> Tensor:
    """Take the generator's cost mean log(1 - D(G(z))) of the min-max objective, flat where D sees through it.

    fake_scores: (N, 1).  Returns a scalar, -ln 2 where D says 1/2.  At D(G) = d the slope in D's logit is -d.
    Source: lecture, GAN objective; Goodfellow et al. 2014, equation 1.
    """
    return (1 - fake_scores).log().mean()


def build(seed: int) -> tuple[nn.Sequential, nn.Sequential, torch.optim.Adam, torch.optim.Adam]:
    """Make both nets and one Adam (rate 0.0002) for the weights of each alone.

    Returns (G, D, g_opt, d_opt).  Source: lecture, GAN listing (TF 1 defaults: betas 0.9 and 0.999, epsilon
    1e-8).
    """
    G, D = generator(2 * seed), discriminator(2 * seed + 1)
    g_opt = torch.optim.Adam(G.parameters(), LEARNING_RATE)
    d_opt = torch.optim.Adam(D.parameters(), LEARNING_RATE)
    return G, D, g_opt, d_opt


def discriminator_step(G: Net, D: Net, d_opt: torch.optim.Optimizer, x: Tensor, z: Tensor) -> float:
    """Train the discriminator once; the generator's weights and gradients stay as they are.

    x: (N, 784) real images.  z: (M, 100) noise.  Returns the cost before the update.
    Source: lecture, GAN; Goodfellow et al. 2014, algorithm 1.
    """
    cost = discriminator_loss(D(x), D(G(z).detach()))  # detached: no gradient flows into G
    _descend(cost, d_opt)
    return cost.item()


def generator_step(G: Net, D: Net, g_opt: torch.optim.Optimizer, z: Tensor) -> float:
    """Train the generator once; the gradient flows through the discriminator, but only G's weights are moved.

    z: (M, 100) noise.  Returns the cost before the update.  D's gradients are filled on the way;
    discriminator_step clears them first.  Source: lecture, GAN; Goodfellow et al. 2014, algorithm 1.
    """
    cost = generator_loss(D(G(z)))
    _descend(cost, g_opt)
    return cost.item()


def train(
    images: Tensor, steps: int, batch: int, seed: int
) -> tuple[nn.Sequential, nn.Sequential, Tensor, Tensor]:
    """Train both nets in turn, each step on fresh images and on fresh noise that both updates share.

    images: (N, 784) in [0, 1].  Returns (G, D, d_costs (steps,), g_costs (steps,)); the lecture takes batches
    of 128. Images are drawn with replacement.  About 10,000 steps show digits; far more on few images end in
    a single digit.  Source: lecture, GAN listing.
    """
    G, D, g_opt, d_opt = build(seed)
    random = torch.Generator().manual_seed(seed)
    d_costs, g_costs = torch.empty(steps), torch.empty(steps)
    for step in range(steps):
        x = images[torch.randint(len(images), (batch,), generator=random)]
        z = _noise(batch, random)
        d_costs[step] = discriminator_step(G, D, d_opt, x, z)
        g_costs[step] = generator_step(G, D, g_opt, z)
    return G, D, d_costs, g_costs


def _noise(n: int, random: torch.Generator) -> Tensor:
    return 2 * torch.rand(n, NOISE, generator=random) - 1


def _layer(fan_in: int, fan_out: int, seed: int) -> nn.Linear:
    layer = nn.Linear(fan_in, fan_out, device="meta")  # not filled yet: that would draw from the global seed
    layer = layer.to_empty(device="cpu")
    with torch.no_grad():
        layer.weight.copy_(init_weight(fan_in, fan_out, seed).T)  # nn.Linear keeps (out, in)
        layer.bias.zero_()
    return layer


def _descend(cost: Tensor, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    cost.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
