"""What a child tells while it measures: bounded, in order, and without touching what is measured."""

import os
import threading

import numpy as np
import pytest
import torch

from tests.making import told, turn
from worker.engines.hearing import MAX_PROGRESS_META
from worker.inside.load import run_units
from worker.inside.measure import measure
from worker.inside.recorder import Recorder
from worker.inside.rewrite import WATCH, Rewriter
from worker.inside.ticker import MOST_FRAMES, Ticker
from worker.inside.turn import Round, Subject
from worker.inside.wire import WireError

SCRIPT = {"name": "p", "do": "script", "data": "published", "swap": [], "files": [], "watch": {"costs": ["cost", "loss"]},
          "reads": {}, "optional": [], "outputs": ["costs"]}


class Clock:
    """Time that passes by a step at every look."""

    def __init__(self, step_s):
        self.now, self.step_s = 0.0, step_s

    def __call__(self):
        self.now += self.step_s
        return self.now


class Ear:
    """Hears what a ticker tells."""

    def __init__(self, step_s=0.001):
        self.metas = []
        self.ticker = Ticker(lambda kind, meta, blob: self.metas.append((kind, meta, blob)), Clock(step_s))

    @property
    def points(self):
        return [p for _, meta, _ in self.metas if meta["event"] == "costs" for p in meta["points"]]


def functions(ear, source):
    recorder = Recorder()
    rewrite = Rewriter(None, {"cost", "loss"}, recorder).watch
    names = run_units([["submission.py", source]], "submission", rewrite, {WATCH: ear.ticker.watcher(recorder.sums)})
    return Round(Subject(names, [["submission.py", source]]), {}, 1, ticker=ear.ticker)


def call(name):
    return {"name": name, "do": "call", "call": name, "args": {}, "returns": ["y"], "outputs": ["y"]}


@pytest.mark.parametrize(("steps", "most"), [(5, 5), (2001, 130), (100_001, 260)])
@pytest.mark.parametrize("step_s", [0.001, 0.3])
def test_a_curve_has_few_points_the_first_and_a_new_one_among_them(steps, most, step_s):
    ear = Ear(step_s)
    with ear.ticker.probe("p", 1, 1):
        seen = ear.ticker.watcher(set())
        for i in range(steps):
            seen("cost", 3, 1.0 / (i + 1))
    numbers = [step for step, _ in ear.points]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1
    assert numbers[-1] >= steps * 0.9
    assert len(numbers) <= most + 256 * (step_s > 0.1)
    assert all(cost == 1 / step for step, cost in ear.points)
    assert all(len(str(meta)) <= MAX_PROGRESS_META for _, meta, _ in ear.metas)


def test_a_script_tells_the_costs_that_it_records():
    ear = Ear()
    of_round = turn("for i in range(100):\n    cost = 3.0 / (i + 1)", script=True)
    of_round.ticker = ear.ticker
    [(status, _, arrays)] = told(of_round, SCRIPT)
    assert status == "ok"
    assert arrays["costs"].tolist() == [3.0 / (i + 1) for i in range(100)]
    assert ear.metas[0][1] == {"event": "phase", "probe": "p", "at": 1, "of": 1}
    assert ear.points[:2] == [(1, 3.0), (2, 1.5)]


LOOPS = ["cost = {}", "L = 3; cost = {}", "cost: object = {}", "cost = 1; cost = {}", "total = 0; cost = {}; total += cost",
         "cost, n = {}, 1"]


VALUES = ["1 / (i + 1)", "np.float32(0.5)", "np.array([[0.5]])", "torch.tensor(0.5, requires_grad=True)"]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("loop", LOOPS)
def test_functions_tell_the_costs_in_their_loops(loop, value):
    ear = Ear()
    source = f"import numpy as np, torch\ndef train():\n    for i in range(40):\n        {loop.format(value)}\n    return 7.0"
    [(header, arrays)] = measure(functions(ear, source), [call("train")])
    assert header["status"] == "ok"
    assert float(arrays["y"]) == 7
    assert [step for step, _ in ear.points][:3] == [1, 2, 3]


def test_the_busier_of_two_statements_is_followed_and_a_sum_is_not():
    ear = Ear()
    source = "def train():\n    cost = 9.0 + 0\n    for i in range(50):\n        cost = 1.0 + 0\n        cost += 4\n    return 7"
    list(measure(functions(ear, source), [call("train")]))
    assert [cost for _, cost in ear.points] == [9.0] + [1.0] * (len(ear.points) - 1)
    assert len(ear.points) > 10


OBJECT = """class C:
    def __float__(self): 1 / 0
    def item(self): 1 / 0
    size = dtype = __array__ = property(__float__)
v = C()"""
HOSTILE = [OBJECT,
           "class A(np.ndarray):\n    def ravel(self): 1 / 0\nv = np.zeros(1).view(A)",
           "class F(float):\n    def __float__(self): 1 / 0\nv = F(1)", "v = float('nan')", "v = -float('inf')", "v = None",
           "v = torch.zeros(3)", "v = torch.zeros(1, device='meta')", "v = 10 ** 400", "v = 'x' * 10 ** 6"]


@pytest.mark.parametrize("value", HOSTILE)
def test_what_is_no_plain_finite_number_is_not_told_and_does_no_harm(value):
    ear = Ear()
    source = f"import numpy as np, torch\n{value}\ndef train():\n    for i in range(40):\n        cost = v\n    return 7.0"
    [(header, _)] = measure(functions(ear, source), [call("train")])
    assert header["status"] == "ok"
    assert ear.points == []


def test_costs_under_transforms_of_torch_are_left_alone():
    ear = Ear()
    source = ("import torch\ndef f(w):\n    cost = (w * w).sum()\n    return cost\n"
              "def train():\n    w = torch.ones(3)\n    for _ in range(9):\n        w = w - 0.1 * torch.func.grad(f)(w)\n"
              "    return torch.func.vmap(f)(torch.ones(4, 2)), w")
    probe = call("train") | {"returns": ["v", "w"], "outputs": ["v", "w"]}
    [(header, arrays)] = measure(functions(ear, source), [probe])
    assert header["status"] == "ok", header
    plain = Round(Subject(run_units([["s.py", source]], "submission"), [["s.py", source]]), {}, 1)
    [(_, want)] = measure(plain, [probe])
    assert all(np.array_equal(arrays[k], want[k]) for k in want)


def test_an_expression_too_deep_to_be_walked_recursively_runs():
    source = "def train():\n    return " + " + ".join(["1.0"] * 900)
    [(header, arrays)] = measure(functions(Ear(), source), [call("train")])
    assert header["status"] == "ok", header
    assert float(arrays["y"]) == 900


@pytest.mark.parametrize("start", ["threading", "fork"])
def test_no_other_thread_or_process_tells(start):
    ear, heard = Ear(), []
    seen = ear.ticker.watcher(set())
    def train():
        for i in range(500):
            seen("cost", 3, float(i))
        ear.ticker._tell_costs()
        heard.append(len(ear.metas))
    with ear.ticker.probe("p", 1, 1):
        if start == "fork":
            if (pid := os.fork()) == 0:
                train()
                os._exit(heard[0])
            heard.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        else:
            thread = threading.Thread(target=train)
            thread.start()
            thread.join()
    assert heard == [1]  # the phase


def test_nothing_is_told_outside_a_probe_or_beyond_the_cap():
    ear = Ear()
    seen = ear.ticker.watcher(set())
    for i in range(100):
        seen("cost", 1, float(i))
    assert ear.metas == []
    def told():
        ear.metas.clear()
        with ear.ticker.probe("p", 1, 1):
            for i in range(100):
                seen("cost", 1, float(i))
        return {meta["event"] for _, meta, _ in ear.metas}
    assert told() == {"phase", "costs"}
    for _ in range(MOST_FRAMES):
        told()
    assert told() == {"phase"}  # those always go out: evidence is held back until one does


def test_a_pipe_that_is_gone_is_no_matter():
    def emit(kind, meta, blob):
        raise WireError("gone")
    ticker = Ticker(emit)
    with ticker.probe("p", 1, 1):
        seen = ticker.watcher(set())
        for i in range(100):
            seen("cost", 1, float(i))


def test_reading_a_tensor_leaves_its_graph():
    ear = Ear()
    with ear.ticker.probe("p", 1, 1):
        weight = torch.ones(1, requires_grad=True)
        for _ in range(5):
            cost = (weight * 2).sum()
            ear.ticker.watcher(set())("cost", 1, cost)
            cost.backward()
    assert weight.grad.item() == 10
