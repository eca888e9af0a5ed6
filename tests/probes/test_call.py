"""call: whatever a right submission looks like it is called rightly, and what is wrong is said."""

import numpy as np
import pytest

from tests.making import told, turn

X, W, B = np.array([[1.0], [2.0]], np.float32), np.array([[3.0]], np.float32), np.array([0.5], np.float32)
INPUTS = {"d.x": X, "d.W": W, "d.b": B}
PROBE = {"name": "p", "do": "call", "call": "predict", "args": {"x": "@d.x", "W": "@d.W", "b": "@d.b"}, "returns": ["h"],
         "outputs": ["h"]}
TRAIN = {"name": "t", "do": "call", "call": "train", "args": {"x": "@d.x"}, "returns": ["W", "b", "costs"],
         "outputs": ["W", "b", "costs"]}


def call(source, probe=PROBE, **more):
    [(status, because, arrays)] = told(turn(source, INPUTS, **more), probe)
    return status, because, arrays


@pytest.mark.parametrize("source", [
    "def predict(x, W, b):\n    return x @ W + b",
    "def predict(data, weight, bias):\n    return data @ weight + bias",
    "def predict(b, W, x):\n    return x @ W + b",
    "predict = lambda x, W, b: (x @ W + b).tolist()",
    "def predict(*args):\n    return args[0] @ args[1] + args[2]",
    "def predict(x, W, b=None):\n    return {'h': x @ W + b}",
    "class P:\n    def __call__(self, x, W, b):\n        return x @ W + b\npredict = P()",
])
@pytest.mark.parametrize("as_tensor", [False, True])
def test_every_style_of_the_same_function_gives_the_same_evidence(source, as_tensor):
    status, because, arrays = call(source, as_tensor=as_tensor)
    assert status == "ok", because
    assert np.allclose(arrays["h"].ravel(), [3.5, 6.5])


@pytest.mark.parametrize("returned", ["(1.0, 2.0, [3.0])", "[1.0, 2.0, [3.0]]", "{'w': 1.0, 'B': 2.0, 'costs': [3.0]}",
                                      "R(1.0, 2.0, [3.0])"])
def test_several_results_are_named_in_order_or_by_name(returned):
    source = f"from collections import namedtuple\nR = namedtuple('R', 'W b costs')\ndef train(x):\n    return {returned}"
    status, _, arrays = call(source, TRAIN)
    assert status == "ok"
    assert (float(arrays["W"]), float(arrays["b"]), arrays["costs"].tolist()) == (1.0, 2.0, [3.0])


@pytest.mark.parametrize(("source", "status", "said"), [
    ("def predct(x, W, b):\n    return x", "missing", "there is predct"),
    ("predict = 3", "missing", "not a function"),
    ("def predict(x):\n    return x", "signature", "predict(x) cannot be called as predict(x, W, b)"),
    ("def predict(x, W, b):\n    return 1 / 0", "raised", "ZeroDivisionError"),
    ("def predict(x, W, b):\n    print(x)", "unreadable", "is a return missing?"),
    ("def predict(x, W, b):\n    return 'five'", "unreadable", "str"),
    ("def predict(x, W, b):\n    return [[1, 2], [3]]", "unreadable", "different shapes"),
    ("def predict(x, W, b):\n    return 1j", "unreadable", "complex"),
    ("def predict(x, W, b):\n    raise SystemExit", "raised", "exit()"),
])
def test_what_is_wrong_is_said(source, status, said):
    found, because, arrays = call(source)
    assert (found, arrays) == (status, {})
    assert said in because


def test_too_few_results_are_counted():
    status, because, _ = call("def train(x):\n    return 1, 2", TRAIN)
    assert status == "unreadable"
    assert "2 values, expected 3: (W, b, costs)" in because


def test_what_one_probe_hands_back_another_can_call():
    build = {"name": "b", "do": "call", "call": "build", "args": {}, "returns": ["net!"], "outputs": []}
    use = PROBE | {"call": "$b.net"}
    source = "def build():\n    return lambda x, W, b: x @ W + b"
    assert [s for s, _, _ in told(turn(source, INPUTS), build, use)] == ["ok", "ok"]


def test_a_probe_behind_a_failed_one_is_skipped():
    build = {"name": "b", "do": "call", "call": "build", "args": {}, "returns": ["net!"], "outputs": []}
    (_, _, _), (status, because, _) = told(turn("x = 1", INPUTS), build, PROBE | {"call": "$b.net"})
    assert (status, because) == ("skipped", "not measured, because b failed")


def test_arguments_are_fresh_copies():
    source = "def predict(x, W, b):\n    x *= 0\n    return x"
    again = PROBE | {"name": "q", "call": "look"}
    (_, _, first), (_, _, second) = told(turn(source + "\ndef look(x, W, b):\n    return x", INPUTS), PROBE, again)
    assert not first["h"].any()
    assert second["h"].any()


@pytest.mark.parametrize("source", [
    "def predict(W, b, X):\n    return X @ W + b",
    "def predict(w, inputs, b):\n    return inputs @ w + b",
    "def predict(x, bias, W):\n    return x @ W + bias",
    "def predict(x, *, b, W):\n    return x @ W + b",
    "def predict(x, W, b, /):\n    return x @ W + b",
    "def predict(x, *more):\n    return x @ more[0] + more[1]",
    "def predict(**given):\n    return given['x'] @ given['W'] + given['b']",
    "def predict(x, W, b, lr=0.1, **more):\n    return x @ W + b",
    "from functools import wraps\ndef near(f): return wraps(f)(lambda *a: f(*a))\n@near\ndef predict(x, W, b): return x @ W + b",
    "def near(f):\n    return lambda *a, **k: f(*a, **k)\n@near\ndef predict(one, two, three):\n    return one @ two + three",
    "import functools\ndef all_of(x, W, b, scale):\n    return (x @ W + b) * scale\npredict = functools.partial(all_of, scale=1)",
    "class M:\n    def predict(self, x, W, b):\n        return x @ W + b\npredict = M().predict",
    "class predict:\n    def __new__(cls, x, W, b):\n        return x @ W + b",
    "from dataclasses import dataclass\n@dataclass\nclass R:\n    h: object\ndef predict(x, W, b):\n    return R(x @ W + b)",
])
def test_arguments_go_where_their_names_say(source):
    status, because, arrays = call(source)
    assert status == "ok", because
    assert np.allclose(arrays["h"].ravel(), [3.5, 6.5])


@pytest.mark.parametrize(("source", "status", "said"), [
    ("async def predict(x, W, b):\n    return x", "unreadable", "write def in place of async def"),
    ("def predict(x, W, b):\n    yield x", "unreadable", "a generator cannot be read as numbers"),
    ("def predict(x, W, b, model):\n    return x", "signature", "predict(x, W, b, model) cannot be called as predict(x, W, b)"),
    ("def predict():\n    return 1", "signature", "predict() cannot be called as predict(x, W, b)"),
    ("predict = lambda: 0", "signature", "predict() cannot be called as predict(x, W, b)"),
    ("class predict:\n    def __init__(self, x, W, b): pass", "unreadable", "a predict cannot be read as numbers"),
    ("import torch\npredict = torch.nn.Linear(1, 1)", "raised", "TypeError: Linear.forward()"),
    ("def predict(x, W, b):\n    return predict", "unreadable", "a function cannot be read as numbers"),
    ("def predict(x, W, b):\n    return {'y': x}", "unreadable", "a dict cannot be read as numbers"),
    ("def predict(x, W, b):\n    return [1.0] * 3_000_000", "unreadable", "h: 24000000 bytes, 16777216 allowed"),
    ("class P:\n    __signature__ = property(lambda s: 1 / 0)\n    def __call__(self, x, W, b): return x\npredict = P()",
     "raised", "ZeroDivisionError"),
    ("class L(dict):\n    def items(self): 1 / 0\ndef predict(x, W, b):\n    return L()", "raised", "ZeroDivisionError"),
    ("class A:\n    def __array__(self, *a): raise SystemExit\ndef predict(x, W, b):\n    return A()", "unreadable",
     "asked for them, it raised SystemExit"),
    ("def predict(x, W, b):\n    raise type('E', (BaseException,), {'__str__': lambda s: 1 / 0})", "raised",
     "E, which cannot be shown"),
])
def test_strange_functions_are_told_apart(source, status, said):
    found, because, arrays = call(source)
    assert (found, arrays) == (status, {})
    assert said in because


@pytest.mark.parametrize("returned", [
    "P(costs=[3.0], b=2.0, W=1.0)", "D(costs=[3.0], b=2.0, W=1.0)", "Q(1.0, 2.0, [3.0])", "{'costs': [3.0], 'b': 2.0, 'W': 1}"])
def test_named_results_are_taken_by_name_and_others_in_order(returned):
    source = ("from collections import namedtuple\nfrom dataclasses import make_dataclass\nP = namedtuple('P', 'costs b W')\n"
              f"Q = namedtuple('Q', 'a c d')\nD = make_dataclass('D', ['costs', 'b', 'W'])\ndef train(x):\n    return {returned}")
    status, because, arrays = call(source, TRAIN)
    assert status == "ok", because
    assert (float(arrays["W"]), float(arrays["b"]), arrays["costs"].tolist()) == (1.0, 2.0, [3.0])


@pytest.mark.parametrize(("returned", "said"), [
    ("None", "train returned None (is a return missing?), expected 3: (W, b, costs)"), ("[]", "train returned 0 values"),
    ("{'W': 1}", "train returned one dict without b, costs, expected 3"), ("x", "train returned one ndarray, expected 3"),
    ("1, 2, 3, 4", "train returned 4 values, expected 3"), ("(v for v in 'abc')", "train returned one generator, expected 3")])
def test_results_that_do_not_count_up_are_told(returned, said):
    status, because, _ = call(f"def train(x):\n    return {returned}", TRAIN)
    assert status == "unreadable"
    assert said in because


def test_an_async_function_is_not_left_waiting(recwarn):
    call("async def train(x):\n    return 1, 2, 3", TRAIN)
    assert not [w for w in recwarn if "never awaited" in str(w.message)]


def test_several_outputs_share_one_limit():
    source = "import numpy as np\ndef train(x):\n    return [np.ones(900_000)] * 3"
    status, because, _ = call(source, TRAIN)
    assert (status, because) == ("unreadable", "W, b, costs: 21600000 bytes together, 16777216 allowed")
