import math

import pytest
import torch

from reference import gan


def snapshot(net):
    return [weight.detach().clone() for weight in net.parameters()]


def is_unmoved(net, before):
    return all(torch.equal(now, then) for now, then in zip(net.parameters(), before, strict=True))


def blots(count, seed=0):
    """Draw pictures that noise does not look like: dark, with a bright square in the middle."""
    pictures = 0.1 * torch.rand(count, 28, 28, generator=torch.Generator().manual_seed(seed))
    pictures[:, 10:18, 10:18] += 0.8
    return pictures.flatten(1)


def test_both_nets_have_the_lectures_weights():
    G, D, _, _ = gan.build(0)
    assert sum(weight.numel() for weight in G.parameters()) == 227_344
    assert sum(weight.numel() for weight in D.parameters()) == 201_217
    biases = [weight for net in (G, D) for weight in net.parameters() if weight.dim() == 1]
    assert len(biases) == 4
    assert not any(bool(bias.any()) for bias in biases)
    with torch.no_grad():
        drawn = G(gan.noise(5, 0))
        scores = D(drawn)
    assert (drawn.shape, scores.shape) == ((5, 784), (5, 1))
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    assert scores.min() >= 0
    assert scores.max() <= 1


@pytest.mark.parametrize(("fan_in", "fan_out", "sd"), [
    (100, 256, 0.141421), (256, 784, 0.088388), (784, 256, 0.050508),
])
def test_first_weights_spread_as_the_slide_says(fan_in, fan_out, sd):
    weights = gan.init_weight(fan_in, fan_out, 0)
    assert weights.shape == (fan_in, fan_out)
    assert 1 / math.sqrt(fan_in / 2) == pytest.approx(sd, abs=5e-7)
    assert weights.std().item() == pytest.approx(sd, rel=0.02)
    assert weights.mean().item() == pytest.approx(0, abs=0.05 * sd)


def test_noise_is_uniform_between_minus_one_and_one():
    z = gan.noise(1000, 0)
    assert z.shape == (1000, 100)
    assert -1 <= z.min() < -0.999
    assert 0.999 < z.max() <= 1
    assert z.mean().item() == pytest.approx(0, abs=0.01)
    assert z.std().item() == pytest.approx(0.57735, abs=0.005)
    assert torch.equal(z, gan.noise(1000, 0))


def test_the_costs_at_the_equilibrium():
    half = torch.full((8, 1), 0.5, dtype=torch.float64)
    assert f"{gan.discriminator_loss(half, half).item():.6f}" == "1.386294"
    assert f"{gan.generator_loss(half).item():.6f}" == "0.693147"
    assert f"{gan.generator_loss_saturating(half).item():.6f}" == "-0.693147"


def test_the_discriminators_cost_is_best_where_it_is_sure_and_right():
    right, wrong = torch.ones(3, 1), torch.zeros(3, 1)
    assert gan.discriminator_loss(right, wrong).item() == 0
    assert gan.discriminator_loss(wrong, wrong).item() == math.inf
    mixed = gan.discriminator_loss(torch.tensor([[0.9], [0.6]]), torch.tensor([[0.2], [0.3]]))
    assert mixed.item() == pytest.approx(-(math.log(0.9 * 0.6) + math.log(0.8 * 0.7)) / 2, rel=1e-6)


@pytest.mark.parametrize("score", [0.01, 0.5, 0.9])
def test_the_slopes_in_the_discriminators_logit(score):
    logit = torch.logit(torch.tensor([[score]], dtype=torch.float64)).requires_grad_()
    (steep,) = torch.autograd.grad(gan.generator_loss(torch.sigmoid(logit)), logit)
    (flat,) = torch.autograd.grad(gan.generator_loss_saturating(torch.sigmoid(logit)), logit)
    assert -steep.item() == pytest.approx(1 - score)
    assert -flat.item() == pytest.approx(score)


def test_the_discriminators_step_leaves_the_generator_alone():
    G, D, _, d_opt = gan.build(0)
    g_before, d_before = snapshot(G), snapshot(D)
    cost = gan.discriminator_step(G, D, d_opt, blots(16), gan.noise(16, 0))
    assert 0.3 < cost < 3
    assert is_unmoved(G, g_before)
    assert all(weight.grad is None for weight in G.parameters())
    assert not is_unmoved(D, d_before)


def test_the_generators_step_leaves_the_discriminators_weights_alone():
    G, D, g_opt, _ = gan.build(0)
    g_before, d_before = snapshot(G), snapshot(D)
    assert gan.generator_step(G, D, g_opt, gan.noise(16, 0)) > 0
    assert is_unmoved(D, d_before)
    assert not is_unmoved(G, g_before)


def test_what_the_generator_leaves_in_the_discriminators_gradients_is_cleared():
    _, D, _, d_opt = built = gan.build(0)
    fresh = gan.build(0)
    x, z = blots(16), gan.noise(16, 0)
    D(x).sum().backward()
    gan.discriminator_step(built[0], D, d_opt, x, z)
    gan.discriminator_step(fresh[0], fresh[1], fresh[3], x, z)
    assert is_unmoved(D, snapshot(fresh[1]))


def test_each_optimizer_has_its_own_weights_and_the_lectures_settings():
    G, D, g_opt, d_opt = gan.build(0)
    for net, optimizer in ((G, g_opt), (D, d_opt)):
        (group,) = optimizer.param_groups
        assert [id(weight) for weight in group["params"]] == [id(weight) for weight in net.parameters()]
        assert (group["lr"], group["betas"], group["eps"]) == (2e-4, (0.9, 0.999), 1e-8)


def test_training_pulls_real_and_drawn_apart_and_repeats_with_the_seed():
    images = blots(64)
    G, D, d_costs, g_costs = gan.train(images, steps=60, batch=32, seed=1)
    with torch.no_grad():
        real, fake = D(images).mean(), D(G(gan.noise(64, 5))).mean()
    assert (d_costs.shape, g_costs.shape) == ((60,), (60,))
    assert d_costs[-1] < 0.3 < d_costs[0]
    assert real > 0.8
    assert fake < 0.2
    again = gan.train(images, steps=3, batch=32, seed=1)
    assert torch.equal(again[2], d_costs[:3])
    assert not torch.equal(gan.train(images, steps=3, batch=32, seed=2)[2], d_costs[:3])


def test_building_draws_nothing_from_the_global_seed():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    gan.build(7)
    assert torch.equal(torch.rand(3), expected)
