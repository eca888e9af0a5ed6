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


SLOPES = ["objective = w * w * 2\n    objective.backward()", "(w * w * 2).backward()",
          "g = torch.autograd.grad(w * w * 2, w)", "fit = [w * w * 2]\n    fit[0].backward()"]


@pytest.mark.parametrize("body", SLOPES)
def test_what_gradients_are_taken_of_is_the_cost_under_any_name(body):
    source = f"import torch\nfor k in range(3):\n    w = torch.tensor(float(k), requires_grad=True)\n    {body}\n"
    probe = asked({"costs": ["costs"]}, ["costs"]) | {"watch": {"costs": ["cost", "*.backward()"]}}
    [(status, _, arrays)] = told(script(source), probe)
    assert (status, arrays["costs"].tolist()) == ("ok", [0, 2, 8])


@pytest.mark.parametrize(("source", "wanted"), [
    ("for k in range(3):\n    Loss_now = 3 - k\n", [3, 2, 1]),
    ("all_losses = []\nfor k in range(3):\n    all_losses.append(3 - k)\n", [3, 2, 1]),
    ("costs = [5, 4]\nfor k in range(3):\n    last_loss = 3 - k\n", [5, 4]),
    ("class A:\n    def fit(self):\n        for k in range(3):\n            train_cost = 3 - k\nA().fit()\n", [3, 2, 1]),
])
def test_a_cost_is_found_by_a_part_of_its_name_where_no_listed_one_is_there(source, wanted):
    probe = asked({"costs": ["costs"]}, ["costs"]) | {"watch": {"costs": ["cost", "*cost*", "*loss*"]}}
    [(_, _, arrays)] = told(script(source), probe)
    assert arrays["costs"].tolist() == wanted


MAINS = ["def main():\n    'Train.'\n    W = 3\n    return None\nif __name__ == '__main__':\n    main()\n",
         "W = 3\ndef helper():\n    W = 4\nhelper()\n",
         "def main():\n    for W in (1, 2, 3):\n        if W == 3:\n            return\nmain()\n"]


@pytest.mark.parametrize("source", MAINS)
def test_what_a_main_function_leaves_is_read_where_the_script_leaves_nothing(source):
    [(status, _, arrays)] = told(script(source), asked({"W": ["W"]}))
    assert (status, arrays["W"].item()) == ("ok", 3)


def test_what_a_function_with_parameters_or_one_never_called_had_is_not_read():
    source = "def train(lr):\n    W = 3\ndef main():\n    W = 4\ntrain(1)\n"
    [(status, because, _)] = told(script(source), asked({"W": ["W"]}))
    assert (status, because) == ("missing", "the script leaves no variable W")


def test_a_weight_kept_as_two_numbers_is_put_together():
    reads = asked({"W": ["W", "w1, w2"]})
    [(status, _, arrays)] = told(script("import torch\nw1, w2 = torch.tensor([2.0]), torch.tensor(3.0)\n"), reads)
    assert (status, arrays["W"].tolist()) == ("ok", [2, 3])
    [(status, _, _)] = told(script("w1, w2 = [[1, 2]], [[3], [4]]\n"), reads)
    assert status == "missing"


OBJECT = """
class Net:
    def __init__(self):
        self.W = [[2.0], [3.0]]
    def predict(self, x):
        return x[0] @ x[0] + 2
"""


def test_an_object_of_the_scripts_own_class_is_found_by_any_name():
    [(status, _, arrays)] = told(script(OBJECT + "it = Net()\n"), asked({"W": ["*.W"], "h": ["*.predict(x)"]}))
    assert (status, arrays["W"].ravel().tolist(), arrays["h"].item()) == ("ok", [2, 3], 3)
    [(status, _, _)] = told(script(OBJECT + "one, two = Net(), Net()\n"), asked({"W": ["*.W"]}))
    assert status == "missing"


def test_an_object_that_raises_when_asked_costs_no_more_than_its_own_probe():
    source = "class Odd:\n    def __getattr__(self, name):\n        raise ValueError(name)\nodd = Odd()\n"
    [(status, because, _)] = told(script(source), asked({"W": ["*.W"]}))
    assert (status, because) == ("raised", "ValueError: W")


def test_what_holds_no_numbers_gives_way_to_the_next_name_and_is_told_where_there_is_none():
    probe = asked({"h": ["history", "h"]})
    [(status, _, arrays)] = told(script("history = {'loss': [1]}\nh = [0.5]\n"), probe)
    assert (status, arrays["h"].tolist()) == ("ok", [0.5])
    [(status, because, _)] = told(script("history = {'loss': [1]}\n"), probe)
    assert (status, because) == ("unreadable", "h: a dict cannot be read as numbers")
