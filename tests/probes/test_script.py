"""script: the lecture's plain programs, run as they are and with other data in place of the lecture's."""

import numpy as np
import pytest

from tests.making import told, turn
from worker.inside import stand_ins

X, Y = np.array([[1.0], [2.0], [3.0]]), np.array([[2.0], [4.0], [6.0]])
OX, OY = np.array([[1.5], [0.5], [2.5]]), np.array([[-1.0], [3.0], [0.0]])
INPUTS = {"published.x": X, "published.y": Y, "other.x": OX, "other.y": OY}
SWAP = [["x", "published.x", "other.x"], ["y", "published.y", "other.y"]]
PROBE = {"name": "p", "do": "script", "data": "published", "swap": [], "files": [], "watch": {"costs": ["cost", "loss"]},
         "reads": {"W": ["W", "model.weight", "weights[0]"], "h": ["h", "f(x)"]}, "optional": [], "outputs": ["W"]}


def run(source, **more):
    [(status, because, arrays)] = told(turn(source, INPUTS, script=True, as_tensor=True), PROBE | more)
    return status, because, arrays


DATA = ["x = [[1], [2], [3]]\ny = [[2], [4], [6]]",
        "import torch\nx = torch.FloatTensor([1, 2, 3])\ny = torch.tensor([2., 4, 6])",
        "import numpy as np\nx, y = np.array([[1.], [2.], [3.]]), np.array([2, 4, 6])",
        "import numpy as np\nxy = np.array([[1, 2], [2, 4], [3, 6]])\nx, y = xy[:, 0], xy[:, 1]",
        "def data():\n    return [1, 2, 3], [2, 4, 6]\nx, y = data()",
        "import numpy as np\nx = np.arange(1, 4)\ny = np.linspace(2, 6, 3)"]


@pytest.mark.parametrize("data", DATA)
def test_published_data_are_found_however_they_are_written(data):
    source = data + "\nimport numpy as np\nW = np.array([*np.ravel(x), *np.ravel(y)], dtype=float)"
    _, _, plain = run(source)
    assert plain["W"].tolist() == [1, 2, 3, 2, 4, 6]
    status, because, other = run(source, data="other", swap=SWAP)
    assert status == "ok", because
    assert other["W"].tolist() == [*OX.ravel(), *OY.ravel()]


SAME = ["x = [[1], [2], [3]]\ny = [[1], [2], [3]]",
        "y = [1, 2, 3]\nx = [1, 2, 3]",
        "import torch\ny = torch.FloatTensor([1, 2, 3])\nX = torch.arange(1.0, 4.0)\nx = X.view(-1, 1)",
        "x, y = [1, 2, 3], [1, 2, 3]",
        "train_in = [[1.0], [2.0], [3.0]]\nx = train_in\ny = [[1.0], [2.0], [3.0]]",
        "import numpy as np\ndata = np.array([[1, 1], [2, 2], [3, 3]])\nx, y = data[:, 0], data[:, 1]"]


@pytest.mark.parametrize("data", SAME)
def test_equal_tables_are_told_apart_by_their_names_then_by_their_order(data):
    source = data + "\nimport numpy as np\nW = np.array([*np.ravel(x), *np.ravel(y)], dtype=float)"
    inputs = INPUTS | {"published.y": X}
    [(status, because, other)] = told(turn(source, inputs, script=True, as_tensor=True), PROBE | {"data": "other", "swap": SWAP})
    assert status == "ok", because
    assert other["W"].tolist() == [*OX.ravel(), *OY.ravel()]


def test_a_script_without_the_data_is_told_so():
    status, because, _ = run("W = 1.99", data="other", swap=SWAP)
    assert status == "unswapped"
    assert "as in the statement" in because


@pytest.mark.parametrize("loop", ["for i in range(3):\n    cost = 3.0 - i",
                                  "i = 0\nwhile i < 3:\n    cost, z = 3.0 - i, 0\n    i += 1",
                                  "def go():\n    cost = 4.0\n    for _ in range(3):\n        cost -= 1\ngo()",
                                  "import torch\nfor i in range(3):\n    loss = torch.tensor(3.0 - i, requires_grad=True)",
                                  "def go():\n    for i in range(3):\n        yield i, 3.0 - i\nfor i, cost in go():\n    pass",
                                  "i = 0\nwhile (cost := 3.0 - i) > 1:\n    i += 1"])
def test_a_watched_variable_becomes_a_curve(loop):
    status, because, arrays = run("W = 1\n" + loop, outputs=["costs"])
    assert status == "ok", because
    assert arrays["costs"].tolist()[-3:] == [3.0, 2.0, 1.0]


def test_what_a_loop_goes_through_is_no_curve_where_a_cost_is_assigned():
    loop = "for i in range(3):\n    for loss in [9.0, 8.0]:\n        pass\n    cost = 3.0 - i\n"
    later = "for cost in [7.0, 7.0, 7.0]:\n    pass"
    assert run("W = 1\n" + loop + later, outputs=["costs"])[2]["costs"].tolist() == [3.0, 2.0, 1.0]


@pytest.mark.parametrize("source", ["W = 7.0", "import torch\nmodel = torch.nn.Linear(1, 1)\nmodel.weight.data.fill_(7)",
                                    "weights = [7.0, 1.0]"])
def test_a_result_is_read_by_the_first_path_that_is_there(source):
    assert float(run(source)[2]["W"].ravel()[0]) == 7.0


def test_a_function_can_be_called_with_the_data():
    assert run("f = lambda x: x * 2", outputs=["h"])[2]["h"].ravel().tolist() == [2, 4, 6]


def test_a_missing_variable_is_named():
    status, because, _ = run("w2 = 3")
    assert status == "missing"
    assert "no variable W" in because


def test_an_error_names_its_line():
    status, because, _ = run("a = 1\nb = a / 0")
    assert status == "raised"
    assert "ZeroDivisionError" in because


def test_plots_are_swallowed():
    stand_ins.install()
    source = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1], [2])\nplt.show()\nW = 1.0"
    assert run(source)[0] == "ok"


def test_a_seed_set_by_the_script_is_shifted_in_further_trials():
    source = "import torch\ntorch.manual_seed(1)\nW = torch.randn(3)"
    first, same, other = (told(turn(source, INPUTS, script=True, shift=s), PROBE)[0][2]["W"] for s in (0, 0, 1))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


COMPUTED = ["import numpy as np\nx = np.array([1., 2., 3.])\ny = 2 * x", "x = [1, 2, 3]\ny = [2 * v for v in x]",
            "import torch\nx = torch.tensor([[1.], [2.], [3.]])\ny = x * 2 + 0",
            "def main():\n    import numpy as np\n    x = np.arange(1, 4)\n    y = x + x\n    return x, y\nx, y = main()"]


@pytest.mark.parametrize("data", COMPUTED)
def test_data_computed_from_other_data_are_found(data):
    source = data + "\nimport numpy as np\nW = np.array([*np.ravel(x), *np.ravel(y)], dtype=float)"
    status, because, other = run(source, data="other", swap=SWAP)
    assert status == "ok", because
    assert other["W"].tolist() == [*OX.ravel(), *OY.ravel()]


def test_data_that_only_come_from_data_are_not_computed_twice():
    source = "x = [1, 2, 3]\ny = [2, 4, 6]\ncalls = []\nW = [calls.append(1) or v for v in x]\nh = len(calls)"
    [(_, _, arrays)] = told(turn(source, INPUTS, script=True), PROBE | {"data": "other", "swap": SWAP, "outputs": ["h", "W"]})
    assert (arrays["h"].item(), arrays["W"].tolist()) == (3, [1.5, 0.5, 2.5])


def test_the_table_that_was_not_found_is_named():
    status, because, _ = run("x = [1, 2, 3]\nW = 2", data="other", swap=SWAP)
    assert (status, because[:45]) == ("unswapped", "the lecture's y was not found in the script; ")


def test_classes_beside_x_in_one_table_are_found_where_y_is_one_hot():
    hot, other = np.eye(3)[[2, 0, 1]], np.eye(3)[[0, 1, 2]]
    source = "import numpy as np\nxy = np.array([[1, 2.0], [2, 0], [3, 1]])\nW = xy.ravel()\n"
    inputs = INPUTS | {"published.y": hot, "other.y": other}
    [(status, _, arrays)] = told(turn(source, inputs, script=True), PROBE | {"data": "other", "swap": SWAP})
    assert (status, arrays["W"].tolist()) == ("ok", [1.5, 0, 0.5, 1, 2.5, 2])
