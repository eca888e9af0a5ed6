"""routing: what moves in one step of each network."""

import numpy as np
import pytest

from tests.making import told, turn

GAN = """
import torch
from torch import nn

def build(seed):
    torch.manual_seed(seed)
    G = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 6), nn.Sigmoid())
    D = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 1), nn.Sigmoid())
    return G, D, torch.optim.SGD(G.parameters(), 0.05), torch.optim.SGD(D.parameters(), 0.05)

def d_step(G, D, d_opt, x, z):
    d_opt.zero_grad()
    loss = -(torch.log(D(x)) + torch.log(1 - D(G(z).detach()))).mean()
    loss.backward()
    d_opt.step()

def g_step(G, D, g_opt, z):
    g_opt.zero_grad()
    loss = -torch.log(D(G(z))).mean()
    loss.backward()
    g_opt.step()
"""
NAMES = ["g_in_d_step", "d_in_d_step", "d_in_g_step", "g_in_g_step", "d_loss_change", "g_score_change"]
PROBE = {"name": "r", "do": "routing", "build": "build", "d_step": "d_step", "g_step": "g_step", "x": "@d.x", "z": "@d.z",
         "outputs": NAMES}
RNG = np.random.default_rng(0)
INPUTS = {"d.x": RNG.uniform(0, 1, (16, 6)).astype(np.float32), "d.z": RNG.uniform(-1, 1, (16, 4)).astype(np.float32)}


def routed(source):
    [(status, because, arrays)] = told(turn(source, INPUTS, as_tensor=True), PROBE)
    return status, because, {k: float(v) for k, v in arrays.items()}


def test_right_steps_move_their_own_network_only():
    status, because, found = routed(GAN)
    assert status == "ok", because
    assert found["g_in_d_step"] == found["d_in_g_step"] == 0
    assert found["d_in_d_step"] > 0 < found["g_in_g_step"]
    assert found["d_loss_change"] < 0 < found["g_score_change"]


def test_one_optimizer_over_both_networks_shows():
    _, _, found = routed(GAN.replace("torch.optim.SGD(D.parameters(), 0.05)",
                                     "torch.optim.SGD([*D.parameters(), *G.parameters()], 0.05)").replace(".detach()", ""))
    assert found["g_in_d_step"] > 0


def test_a_generator_trained_on_the_wrong_target_shows():
    _, _, found = routed(GAN.replace("loss = -torch.log(D(G(z))).mean()", "loss = torch.log(D(G(z))).mean()"))
    assert found["g_score_change"] < 0


def test_a_build_with_too_few_results_is_told():
    status, because, _ = routed("def build(seed):\n    return 1, 2\ndef d_step(): pass\ndef g_step(): pass")
    assert status == "unreadable"
    assert "(G, D, g_opt, d_opt)" in because


SWAPPED = """
right_d, right_g = d_step, g_step

def d_step(x, z, D, G, optimizer):
    right_d(G, D, optimizer, x, z)

def g_step(z, *, g, d, g_opt):
    right_g(g, d, g_opt, z)
"""


def test_steps_are_called_by_the_names_they_ask_for():
    status, because, found = routed(GAN + SWAPPED)
    assert status == "ok", because
    assert found["g_in_d_step"] == found["d_in_g_step"] == 0


def test_gradients_left_behind_by_the_other_step_show():
    _, _, found = routed(GAN.replace("    g_opt.zero_grad()\n", "").replace(".detach()", ""))
    assert found["g_in_g_step"] > 0


def test_a_step_that_breaks_the_weights_leaves_nan():
    _, _, found = routed(GAN + "\nright = d_step\ndef d_step(G, D, d_opt, x, z):\n    right(G, D, d_opt, x, z)\n"
                         "    with torch.no_grad():\n        list(D.parameters())[1].fill_(float('nan'))\n")
    assert np.isnan(found["d_loss_change"])


@pytest.mark.parametrize(("change", "status", "said"), [
    ("def build(seed): return 1, 2, 3, 4", "raised", "AttributeError: 'int' object has no attribute 'zero_grad'"),
    ("def build(): return 1, 2, 3, 4", "signature", "build() cannot be called as build(seed)"),
    ("def d_step(G): pass", "signature", "d_step(G) cannot be called as d_step(G, D, d_opt, x, z)"),
    ("del g_step", "missing", "the function g_step is not defined (there is d_step)"),
    ("def build(seed): return (lambda z: z), torch.nn.Linear(6, 1), 1, 2\ndef d_step(*a): pass\ng_step = d_step",
     "unreadable", "G has no parameters(); make it an nn.Module"),
    ("def d_step(G, D, d_opt, x, z): D.more = torch.nn.Linear(1, 1 + len(list(D.parameters())))", "unreadable",
     "changes the shapes of a network's parameters"),
])
def test_networks_and_steps_that_do_not_fit_are_told(change, status, said):
    found, because, _ = routed(f"{GAN}\n{change}")
    assert found == status, because
    assert said in because


def test_networks_may_come_by_name():
    named = "parts = build\ndef build(seed):\n    return dict(zip(['G', 'D', 'g_opt', 'd_opt'], parts(seed)))\n"
    status, because, found = routed(f"{GAN}\n{named}")
    assert status == "ok", because
    assert found["d_in_d_step"] > 0
