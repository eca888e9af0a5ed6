"""gradient: through autograd where there is a graph, by differences where there is none."""

import numpy as np
import pytest

from tests.making import told, turn

S = np.array([0.2, 0.5, 0.9], np.float32)
PROBE = {"name": "p", "do": "gradient", "call": "loss", "args": {"s": "@d.s"}, "wrt": "s", "outputs": ["value", "gradient"]}


@pytest.mark.parametrize(("source", "as_tensor"), [
    ("import torch\ndef loss(s):\n    return -torch.log(s).mean()", True),
    ("import numpy as np\ndef loss(s):\n    return -np.log(s).mean()", False),
    ("def loss(s):\n    import numpy as np\n    return float(-np.log(s.detach().numpy()).mean())", True),
])
def test_slope_of_a_loss_in_any_style(source, as_tensor):
    [(status, because, arrays)] = told(turn(source, {"d.s": S}, as_tensor=as_tensor), PROBE)
    assert status == "ok", because
    assert np.allclose(arrays["gradient"], -1 / (3 * S), rtol=1e-3)
    assert np.allclose(arrays["value"], -np.log(S).mean(), rtol=1e-5)


def test_a_value_that_does_not_depend_on_the_argument_has_zero_slope():
    source = "import torch\nw = torch.ones(1, requires_grad=True)\ndef loss(s):\n    return w * 2"
    [(status, _, arrays)] = told(turn(source, {"d.s": S}, as_tensor=True), PROBE)
    assert status == "ok"
    assert not arrays["gradient"].any()


def test_an_error_in_the_function_is_the_submissions():
    [(status, because, _)] = told(turn("def loss(s):\n    return s.nothing", {"d.s": S}), PROBE)
    assert status == "raised"
    assert "AttributeError" in because


MIXED = PROBE | {"args": {"s": "@d.s", "w": "@d.w"}}


@pytest.mark.parametrize("source", [
    "import torch\ndef loss(s, w):\n    return (s * w).sum().detach()",
    "import torch\ndef loss(w, s):\n    return float(torch.dot(s.reshape(-1), w.reshape(-1)))",
    "def loss(s, w):\n    return [(s @ w).item()]",
    "def loss(s, w):\n    return {'loss': s @ w}"])
def test_a_graph_that_is_left_costs_no_precision_and_no_type(source):
    inputs = {"d.s": S, "d.w": np.array([1.0, -2.0, 3.0], np.float32)}
    [(status, because, arrays)] = told(turn(source, inputs, as_tensor=True), MIXED)
    assert status == "ok", because
    assert np.allclose(arrays["gradient"], [1, -2, 3], atol=1e-6)


@pytest.mark.parametrize("returned", ["None", "'low'", "s * 1j"])
def test_what_is_no_number_has_no_slope(returned):
    [(status, because, arrays)] = told(turn(f"def loss(s):\n    return {returned}", {"d.s": S}), PROBE)
    assert (status, arrays) == ("unreadable", {})
    assert "read as numbers" in because


def test_a_slope_of_nan_stays_nan():
    [(status, _, arrays)] = told(turn("def loss(s):\n    return (s * float('nan')).sum()", {"d.s": S}), PROBE)
    assert status == "ok"
    assert np.isnan(arrays["gradient"]).all()


def test_the_slope_by_a_plain_number_is_one_number():
    [(_, _, arrays)] = told(turn("def loss(s):\n    return s ** 2", {"d.s": np.float32(3)}), PROBE)
    assert float(arrays["gradient"]) == pytest.approx(6, abs=1e-6)
