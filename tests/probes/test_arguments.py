"""Arguments of a call: lists of references, and one call after another with further seeds."""

from __future__ import annotations

import numpy as np
import pytest

from grader.probes import Call
from tests.making import told, turn

SUM = "def total(weights, by=1):\n    assert type(weights) is list\n    return sum(w.sum() for w in weights) * by\n"
DRAW = """
import numpy as np
def init(seed):
    g = np.random.default_rng(seed)
    return [g.normal(size=(2, 3)), g.normal(size=3)]
def pair(seed):
    return seed, [seed, -seed]
def growing(seed):
    return [np.zeros(seed)]
"""


def probe(call, args, returns, **more):
    outputs = more.pop("outputs", returns)
    return Call(name="p", call=call, args=args, returns=returns, **more).model_dump() | {"outputs": outputs}


def test_a_list_of_references_becomes_a_list_of_arrays():
    inputs = {"hidden.W": [[1.0, 2.0]], "hidden.b": [10.0]}
    asked = probe("total", {"weights": ["@hidden.W", "@hidden.b"], "by": 2}, ["y"])
    [(status, _, arrays)] = told(turn(SUM, inputs), asked)
    assert (status, arrays["y"].item()) == ("ok", 26.0)


def test_a_list_of_numbers_stays_one():
    [(_, _, arrays)] = told(turn("def same(v):\n    return v\n"), probe("same", {"v": [1.5, 2.0]}, ["v"]))
    assert arrays["v"].tolist() == [1.5, 2.0]


def test_references_in_a_list_are_mentioned():
    asked = Call(name="p", call="total", args={"weights": ["@hidden.W", "$start.b"], "by": "@seed", "n": 3})
    assert asked.mentions() == ["total", "@hidden.W", "$start.b", "@seed"]


def test_arguments_are_fresh_in_every_call():
    source = "def spoil(weights):\n    weights[0][:] = 7\n    return weights[0]\n"
    a_turn = turn(source, {"hidden.W": [1.0, 2.0]})
    told(a_turn, probe("spoil", {"weights": ["@hidden.W"]}, ["w"]))
    assert a_turn.inputs["hidden.W"].tolist() == [1.0, 2.0]


def test_calls_with_one_seed_after_the_other_are_stacked():
    asked = probe("init", {"seed": "@seed"}, ["weights[]"], times=3)
    [(status, _, arrays)] = told(turn(DRAW, seed=5), asked)
    assert status == "ok"
    assert {k: v.shape for k, v in arrays.items()} == {"weights.0": (3, 2, 3), "weights.1": (3, 3)}
    assert np.array_equal(arrays["weights.0"][2], np.random.default_rng(7).normal(size=(2, 3)))


def test_each_output_of_several_calls_is_stacked():
    asked = probe("pair", {"seed": "@seed"}, ["one", "two[]"], times=2)
    [(_, _, arrays)] = told(turn(DRAW, seed=5), asked)
    assert {k: v.ravel().tolist() for k, v in arrays.items()} == {"one": [5, 6], "two.0": [5, 6], "two.1": [-5, -6]}


def test_calls_that_return_other_shapes_each_time_are_told():
    asked = probe("growing", {"seed": "@seed"}, ["w[]"], times=2)
    [(status, because, _)] = told(turn(DRAW, seed=1), asked)
    assert status == "unreadable"
    assert "different shapes" in because


@pytest.mark.parametrize("times", [0, 1, 33])
def test_times_has_its_limits(times):
    with pytest.raises(ValueError, match="times"):
        Call(name="p", call="init", times=times)
