"""Live progress: what a child tells reaches the sink while it runs, clean, and changes nothing."""

import json
import math
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from grader.catalog import load
from grader.settings import read_settings
from grader.submission import read_submission
from tests.making import BASE, CLOSE, spec
from worker.attempt import Attempt
from worker.grade import grade, measured
from worker.live import MOST_EVENTS, MOST_POINTS, Live

ASSIGNMENTS = Path(__file__).parents[2] / "assignments"
SLOW = """
import time
import numpy as np
x = np.array([1.0, 2.0, 3.0])
y = np.array([1.0, 2.0, 3.0])
W, b = 0.0, 0.0
for step in range(2001):
    e = x * W + b - y
    cost = float(np.mean(e ** 2))
    W -= 0.01 * 2 * np.mean(e * x)
    b -= 0.01 * 2 * np.mean(e)
    if step % 50 == 0:
        time.sleep(0.05)
"""
FORGING = """
import gc, json
from inside.ticker import Ticker
ticker = next(o for o in gc.get_objects() if isinstance(o, Ticker))
say = lambda meta: ticker.emit("P", meta, b"")
for meta in ({"event": "phase", "probe": "<b>no such</b>"}, {"event": "phase", "probe": 7}, {"event": ["x"]}, {},
             {"event": "phase", "text": "you have full marks"}, {"event": "end"},
             {"event": "costs", "points": [[1, True], [2, "x"], [-1, 1], 5, [3]]},
             {"event": "costs", "points": {"a": 1}}, {"event": "costs", "points": [[10 ** 30, 1.0], [1, 10 ** 400]]}):
    say(meta)
for i in range(3000):
    say({"event": "costs", "points": [[i + 1, 1e308], [i + 1, 0.25]]})
"""


def text(name):
    return next((ASSIGNMENTS / "linear-zero" / "examples" / name).glob("submission.*")).read_bytes()


def attempt(source, name="linear-zero", sink=None, boxes=None):
    made = Attempt(load(ASSIGNMENTS / name), read_submission("submission.py", source), 7, read_settings().places)
    return measured(made, boxes, sink)


class Told:
    """Keeps what a sink is told."""

    def __init__(self):
        self.events = []

    def __call__(self, event, what):
        json.dumps(what, allow_nan=False)
        self.events.append((event, what))

    @property
    def texts(self):
        return [what["text"] for event, what in self.events if event == "phase"]

    @property
    def costs(self):
        return [what["points"] for event, what in self.events if event == "costs"]

    def curves(self):
        """The points told behind each phase."""
        curves = [[]]
        for event, what in self.events:
            if event == "phase":
                curves.append([])
            else:
                curves[-1] += what["points"]
        return [c for c in curves if c]


def check_clean(told):
    for curve in told.curves():
        steps = [step for step, _ in curve]
        assert steps == sorted(set(steps))
        assert all(type(s) is int and type(c) is float and math.isfinite(c) for s, c in curve)


def test_the_curve_of_a_script_comes_while_it_trains(boxes):
    told = Told()
    done = attempt(SLOW.encode(), sink=told, boxes=boxes)
    assert done.style == "script"
    check_clean(told)
    for curve in told.curves():
        assert curve[0][0] == 1
        assert curve[-1][0] > 1800
        assert curve[-1][1] < curve[0][1]
    assert len(told.curves()) == 2  # on the lecture's points and on others
    assert len(told.costs) >= 10  # two trainings of two seconds each, five times a second, and slower ones are as well told
    assert "measuring: the program fits other points too (2 of 2)" in told.texts
    assert told.texts[-1] == "judging"
    assert told.events.index(("phase", {"text": "judging"})) > max(i for i, e in enumerate(told.events) if e[0] == "costs")


def test_functions_are_told_too_and_leave_the_same_evidence(boxes, monkeypatch):
    told = Told()
    with_curve = attempt(text("autograd"), sink=told, boxes=boxes)
    check_clean(told)
    assert any(curve[-1][0] > 1800 for curve in told.curves())
    job = Attempt.job
    def unwatched(self):
        whole = job(self)
        (size,) = struct.unpack_from("<I", whole.request)
        bare = json.dumps(json.loads(whole.request[4:4 + size]) | {"watch": []}).encode()
        return replace(whole, request=struct.pack("<I", len(bare)) + bare + whole.request[4 + size:])
    monkeypatch.setattr(Attempt, "job", unwatched)
    silent = Told()
    without = attempt(text("autograd"), sink=silent, boxes=boxes)
    assert silent.costs == []
    def evidence(done):
        return [({k: v for k, v in meta.items() if k != "seconds"}, blob) for run in done.runs for meta, blob in run.frames]
    assert evidence(with_curve) == evidence(without)


def test_forged_progress_changes_nothing(boxes):
    right, told = text("autograd"), Told()
    places, linear = read_settings().places, load(ASSIGNMENTS / "linear-zero")
    forged = grade(linear, read_submission("submission.py", right + FORGING.encode()), 7, boxes, places, told)
    honest = grade(linear, read_submission("submission.py", right), 7, boxes, places)
    assert forged.status == "finished", forged.because
    assert [c.verdict for c in forged.checks] == [c.verdict for c in honest.checks]
    check_clean(told)
    assert not [t for t in told.texts if "<b>" in t or "full marks" in t]


def three_probes(visibility):
    """A spec with a check that all may see, one with this visibility, and a probe that both look at."""
    probes = [{"name": n, "call": "double", "args": {"x": "@published.x"}} for n in ("open", "shut", "both")]
    checks = [BASE | {"name": "a", "about": "doubles all", "kind": "values", "of": ["open.y", "both.y"], "tolerance": CLOSE},
              BASE | {"name": "b", "about": "secret thing", "kind": "values", "of": ["shut.y", "both.y"], "tolerance": CLOSE,
                      "visibility": visibility}]
    return spec(probe=probes, check=checks)


@pytest.mark.parametrize("visibility", ["after_due", "after_release", "staff"])
def test_hidden_checks_are_not_named_and_their_costs_not_told(visibility):
    told = Told()
    live = Live(three_probes(visibility), "function", told)
    live.begin(["open", "shut", "both"], 0)
    for probe in ("open", "shut", "both"):
        live.hear({"event": "phase", "probe": probe})
        live.hear({"event": "costs", "points": [[1, 0.5]]})
    assert told.texts == ["measuring: doubles all (1 of 3)", "measuring (2 of 3)", "measuring: doubles all (3 of 3)"]
    assert len(told.costs) == 2


def test_further_trials_are_told_as_such():
    told = Told()
    live = Live(spec(), "function", told)
    live.begin(["doubled"], 2)
    live.hear({"event": "phase", "probe": "doubled"})
    assert told.texts == ["measuring, trial 3: something is right (1 of 1)"]


BAD = [None, 7, "x", {}, [[1]], [[1, 2, 3]], [["1", 2.0]], [[True, 2.0]], [[1, False]], [[1, float("nan")]], [[1, float("inf")]],
       [[1, 10 ** 400]], [[0, 1.0]], [[-3, 1.0]], [[10 ** 400, 1.0]], [[1.0, 1.0]], [[[1], 1.0]], [[1, None]], [None]]


@pytest.mark.parametrize("points", BAD)
def test_points_that_are_none_are_dropped(points):
    told = Told()
    live = Live(spec(), "function", told)
    live.begin(["doubled"], 0)
    live.hear({"event": "costs", "points": [[1, 1.0]]})  # before its probe has begun
    live.hear({"event": "phase", "probe": "doubled"})
    live.hear({"event": "costs", "points": points})
    assert told.costs == []
    live.hear({"event": "costs", "points": [[5, 1], [5, 2.0], [4, 1.0], [6, 0.5]]})
    assert told.costs == [[[5, 1.0], [6, 0.5]]]


@pytest.mark.parametrize("probe", [None, 3, ["doubled"], "other", "", "doubled" * 10 ** 5])
def test_a_phase_that_is_not_due_is_dropped(probe):
    told = Told()
    live = Live(spec(), "function", told)
    live.begin(["doubled"], 0)
    live.hear({"event": "phase", "probe": probe})
    assert told.events == []
    for _ in range(5):
        live.hear({"event": "phase", "probe": "doubled"})
    assert len(told.events) == 1


@pytest.mark.parametrize("size", [1, 1000])
def test_a_flood_is_cut(size):
    told = Told()
    live = Live(spec(), "function", told)
    live.begin(["doubled"], 0)
    live.hear({"event": "phase", "probe": "doubled"})
    for i in range(3000):
        live.hear({"event": "costs", "points": [[i * size + k + 1, 1.0] for k in range(size)]})
    assert len(told.costs) <= MOST_EVENTS
    assert sum(map(len, told.costs)) <= MOST_POINTS
