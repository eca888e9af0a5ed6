"""What is read from a script: the only model by any name, optional outputs, and the cost of each step."""

from __future__ import annotations

import pytest

from tests.making import told, turn

MODEL = """
import torch
first = torch.nn.Linear(2, 3)
mynet = torch.nn.Sequential(first, torch.nn.Sigmoid(), torch.nn.Linear(3, 1))
criterion = torch.nn.BCEWithLogitsLoss()
"""


def asked(reads, optional=()):
    return {"do": "script", "name": "p", "data": "published", "swap": [], "files": [], "watch": {}, "reads": reads,
            "optional": list(optional), "outputs": sorted(reads)}


def script(source):
    return turn(source, {"published.x": [[0.0, 1.0]]}, script=True, as_tensor=True)


def script32(source):
    made = script(source)
    made.inputs["published.x"] = made.inputs["published.x"].astype("f4")
    return made


def test_the_only_model_is_found_by_any_name():
    [(status, _, arrays)] = told(script32(MODEL), asked({"h": ["model(x)", "*(x)"]}))
    assert (status, arrays["h"].shape) == ("ok", (1, 1))


@pytest.mark.parametrize("more", ["second = torch.nn.Linear(2, 1)\n", "del mynet, first\n"])
def test_two_models_or_none_are_not_guessed_between(more):
    [(status, because, _)] = told(script32(MODEL + more), asked({"h": ["h", "*(x)"]}))
    assert (status, because) == ("missing", "the script leaves no variable h")


def test_an_optional_output_may_be_missing():
    [(status, _, arrays)] = told(script("h = [0.5]\n"), asked({"h": ["h"], "W1": ["W1"]}, ["W1"]))
    assert (status, arrays["W1"].size, arrays["h"].tolist()) == ("ok", 0, [0.5])


@pytest.mark.parametrize(("body", "wanted"), [
    ("cost = 4 - k\n    if k % 2:\n        shown = cost\n    if k == 3:\n        cost = 9\n", [4, 3, 2, 1]),
    ("cost = 9 - k\n    cost = 4 - k\n", [4, 3, 2, 1]),
    ("cost = 0\n    for e in (1, 1, k):\n        cost += e\n    cost /= 2\n", [1, 1.5, 2, 2.5]),
    ("cost = abs(4 - k)\nfor k in range(1):\n    cost = abs(k - 9)\n", [4, 3, 2, 1]),
])
def test_a_curve_is_one_statements_whatever_else_assigns_the_name(body, wanted):
    probe = asked({"costs": []}) | {"watch": {"costs": ["cost"]}}
    [(status, _, arrays)] = told(script(f"x = [[0.0, 1.0]]\nfor k in range(4):\n    {body}"), probe)
    assert (status, arrays["costs"].tolist()) == ("ok", wanted)
