"""Every mutant has one mistake, is still Python, and says what and where."""

import ast

import pytest

from worker.mutants import MUTATIONS, mutants

SOURCE = """
import torch

def train(x, y, W, lr=0.1, steps=10):
    opt = torch.optim.SGD([W], lr=lr)
    for step in range(steps):
        h = torch.sigmoid(x @ W)
        cost = ((h - y) ** 2).mean()
        opt.zero_grad()
        cost.backward()
        opt.step()
    fake = h.detach()
    start = torch.randn(2, 3)
    total = h.sum(dim=0)
    return W
"""

WANTED = {
    "gradients not cleared": (9, "pass"),
    "sign flipped": (8, "((h + y) ** 2).mean()"),
    "sum for mean": (8, "((h - y) ** 2).sum()"),
    "wrong axis": (14, "h.sum(dim=1)"),
    "activation left out": (7, "h = x @ W"),
    "detach left out": (12, "fake = h\n"),
    "one step fewer": (6, "range(steps + -1)"),
    "one step more": (6, "range(steps + 1)"),
    "rate tenfold": (5, "lr=lr * 10.0"),
    "rate a tenth": (5, "lr=lr * 0.1"),
    "start scaled tenfold": (13, "torch.randn(2, 3) * 10.0"),
    "float16": (15, "half"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_mutation_is_made_where_it_applies(name):
    line, text = WANTED[name]
    made = [m for m in mutants(SOURCE) if m.name == name]
    assert [m.line for m in made] == [line]
    assert text in made[0].source
    ast.parse(made[0].source)


@pytest.mark.parametrize("name", MUTATIONS)
def test_nothing_else_is_changed(name):
    before = ast.unparse(ast.parse(SOURCE)).splitlines()
    [made] = [m for m in mutants(SOURCE) if m.name == name]
    after = made.source.splitlines()
    assert len(after) == len(before)
    assert sum(a != b for a, b in zip(after, before, strict=True)) == 1


def test_every_place_has_its_own_mutant():
    made = [m for m in mutants("a = b - c\nd = (e - f) - g\n") if m.name == "sign flipped"]
    assert sorted(m.line for m in made) == [1, 2, 2]
    assert len({m.source for m in made}) == 3


@pytest.mark.parametrize("source", ["", "x = 1\n", "def f(:\n"])
def test_source_without_a_place_for_a_mistake_has_no_mutants(source):
    assert list(mutants(source)) == []
