"""Reports to render: made by real checks from real arrays, and with texts that attack whoever shows them."""

from __future__ import annotations

import numpy as np

from grader.checks.accuracy import Accuracy
from grader.checks.base import Case
from grader.checks.curve import Curve, StepBand
from grader.checks.learns import Learns, Measure
from grader.checks.parameters import Parameters
from grader.checks.samples import Samples
from grader.checks.scores import Scores
from grader.checks.softmax import Softmax
from grader.evidence import Measured
from grader.report import Report, score_of
from grader.tolerance import Band, Tolerance
from grader.verdict import Result, Verdict

TOLERANCE = Tolerance(atol=1e-5, rtol=1e-2, because="1 % allows a curve recorded one step late")
X, Y = np.array([[1.0], [2.0], [3.0]]), np.array([[2.0], [4.0], [6.0]])
HOSTILE = ("<script>alert('x')</script> &amp; \"quoted\" [red]red[/red] [/] [link=http://a.example]here[/link] "
           "\x1b[31mred\x1b[0m \x07\x00\x7f\x9b \u202egnp.exe\u202c \ud800 {{ 7 * 7 }} ]]> --> ")
PROVENANCE = {"engine": "bubblewrap", "runtime": "pytorch", "digest": "sha256:" + "ab" * 32, "isolation": "warm",
              "python": "3.11.9", "torch": "2.13.0", "numpy": "2.4.6", "device": "cpu", "seed": 7, "spec": "cd" * 32,
              "submission": "ef" * 32, "grader": "0.1.0", "rounds": 2, "trials": 1, "seconds": 3.214,
              "peak_memory_mb": 412.7, "weaker": ["memory is limited by process, 1024 MB each, not for the box"]}


def measured(**arrays):
    return Measured("ok", arrays={name: np.asarray(a) for name, a in arrays.items()})


def descent(steps=2001, rate=0.01, are_gradients_kept=False):
    """Fit the lecture's line; returns W, b and the costs."""
    w = b = gw = gb = 0.0
    costs = []
    for _ in range(steps):
        off = w * X + b - Y
        costs.append(float((off**2).mean()))
        keep = float(are_gradients_kept)
        gw, gb = keep * gw + 2 * float((off * X).mean()), keep * gb + 2 * float(off.mean())
        w, b = w - rate * gw, b - rate * gb
    return w, b, costs


def xor(units=3, steps=3000, seed=1):
    """Train XOR with a hidden layer of sigmoids; returns costs and a function from inputs (N, 2) to outputs (N, 1)."""
    rng = np.random.default_rng(seed)
    x, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    wh, bh, wo, bo = (rng.normal(size=shape) for shape in ((2, units), units, (units, 1), 1))
    costs = []
    for _ in range(steps):
        h = 1 / (1 + np.exp(-(x @ wh + bh)))
        p = 1 / (1 + np.exp(-(h @ wo + bo)))
        costs.append(float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()))
        d = (p - y) / 4
        dh = d @ wo.T * h * (1 - h)
        wo, bo, wh, bh = wo - h.T @ d, bo - d.sum(0), wh - x.T @ dh, bh - dh.sum(0)
    return costs, lambda a: 1 / (1 + np.exp(-(1 / (1 + np.exp(-(a @ wh + bh))) @ wo + bo)))


def grid(side=21):
    axis = np.linspace(-0.5, 1.5, side)
    return np.stack([a.ravel() for a in np.meshgrid(axis, axis)], axis=1)


def curve_check(are_gradients_kept=False, **more):
    got, want = (measured(costs=descent(are_gradients_kept=k)[2]) for k in (are_gradients_kept, False))
    check = Curve(name="curve", kind="curve", about="the cost falls as it should, step by step", points=2, of="t.costs",
                  tolerance=TOLERANCE, hint="Are the gradients cleared in every step?")
    return check.judge([Case({"t": got}, {"t": want})])


def weights_check(are_gradients_kept=False):
    got, want = (descent(are_gradients_kept=k)[:2] for k in (are_gradients_kept, False))
    check = Parameters(name="weights", kind="parameters", about="W and b at the end are the lecture's", points=3,
                       of=["t.W", "t.b"], tolerance=Tolerance(atol=1e-4, because="float32 over 2001 steps"),
                       hint="The lecture's run ends at W = 1.997, b = 0.006.")
    return check.judge([Case(*({"t": measured(W=w, b=b)} for w, b in (got, want)))])


def band_check(seed=1):
    bands = [StepBand(step=s, low=lo, high=hi) for s, lo, hi in
             ((0, 0.66, 1.6), (500, 0.2, 0.72), (1000, 0.02, 0.7), (2000, 0.005, 0.5), (2999, 0.003, 0.35))]
    check = Curve(name="band", kind="curve", about="the cost stays where right programs have it", points=1,
                  of="t.costs", bands=bands, because="quantiles over 1,000 seeds", hint="Does the cost fall at all?")
    return check.judge([Case({"t": measured(costs=xor(seed=seed)[0])})])


def surface_check(units=3):
    net = xor(units)[1]
    data = {"xor.y": np.array([[0.0], [1], [1], [0]])}
    corners = net(np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]))
    check = Accuracy(name="accuracy", kind="accuracy", about="all four points of XOR are on the right side", points=2,
                     predictions="p.h", labels="@xor.y", at_least=1, surface="g.h", hint="Is there a hidden layer?")
    return check.judge([Case({"p": measured(h=corners), "g": measured(h=net(grid()))}, data=data)])


def softmax_check(is_wrong=False, rows=5, classes=3):
    z = np.random.default_rng(3).normal(size=(rows, classes), scale=2)
    want = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    got = np.exp(z) / np.exp(z).sum(0) if is_wrong else want
    check = Softmax(name="softmax", kind="softmax", about="softmax turns each row of scores into probabilities",
                    points=2, of="s.p", tolerance=Tolerance(atol=1e-5, because="float32, one row of a few classes"),
                    hint="Sum over the classes of one row: dim=1.")
    return check.judge([Case({"s": measured(p=got)}, {"s": measured(p=want)})])


def images(count, rng):
    """Make blurred strokes that look a little like digits, (count, 784) in [0, 1]."""
    y, x = np.mgrid[0:28, 0:28]
    a, b, w = (rng.uniform(lo, hi, size=(count, 1, 1)) for lo, hi in ((6, 22), (6, 22), (2, 6)))
    ring = np.hypot(x - a, y - b) - 7
    return np.exp(-(ring / w) ** 2).reshape(count, 784)


def samples_check(fake=None, real=None, labels=None):
    rng = np.random.default_rng(5)
    real = images(300, rng) if real is None else real
    labels = np.arange(len(real)) % 10 if labels is None else labels
    fake = images(64, rng) if fake is None else fake
    check = Samples(name="samples", kind="samples", about="the generated digits look like handwritten ones", points=3,
                    of="g.images", real="@m.x", labels="@m.y", distance={"low": -1, "high": 0.15, "because": "a made band"},
                    classes={"low": 6, "high": 10, "because": "a made band"},
                    pixel_std=Band(low=0.02, high=0.6, because="reference runs"), hint="Train longer.")
    return check.judge([Case({"g": measured(images=fake)}, data={"m.x": real, "m.y": labels})])


def scores_check(is_noise_good=True):
    rng = np.random.default_rng(2)
    noise = rng.beta(1, 40, 500) if is_noise_good else rng.beta(5, 2, 500)
    scores = {"d": measured(real=rng.beta(9, 2, 1000), fake=rng.beta(2, 7, 1000), noise=noise)}
    check = Scores(name="scores", kind="scores", about="the discriminator tells real images from fakes and noise",
                   points=2, real="d.real", fake="d.fake", noise="d.noise", separation=0.9,
                   real_mean=Band(low=0.5, high=1, because="reference runs"),
                   fake_mean=Band(low=0, high=0.5, because="reference runs"), hint="Train D on noise images, too?")
    return check.judge([Case(scores)])


def learns_check(finals=(0.71, 0.69, 0.012)):
    band = Band(low=0.001, high=0.4, because="1,000 runs")
    check = Learns(name="learns", kind="learns", about="training from a random start ends at a low cost", points=2,
                   trials=5, hint="Some starts get stuck; most don't.",
                   measures=[Measure(of="t.costs", statistic="last", band=band)])
    return check.judge([Case({"t": measured(costs=[0.9, c])}, seed=100 + k) for k, c in enumerate(finals)])


def skipped_check(because="not judged, because curve did not pass"):
    return weights_check().model_copy(update={
        "name": "late", "about": "the program also fits other points", "verdict": Result.SKIPPED, "points": 0.0,
        "because": because, "margin": "", "used": None, "hint": "Are results computed, or written into the program?",
        "trials": []})


def verdict(name="one", result=Result.PASSED, **more):
    return Verdict(**{"name": name, "about": f"about {name}", "kind": "values", "verdict": result, "max_points": 1.0,
                      "points": 1.0 if result is Result.PASSED else 0.0, "because": "h: 0.01 off, 0.05 allowed",
                      "hint": "", "margin": "0.01 off, 0.05 allowed", "used": 0.2, "visibility": "always", "trials": [],
                      "picture": {}} | more)


def report(*checks, **more):
    return Report(**{"assignment": "linear-zero", "title": "Linear regression from zero weights",
                     "file": "submission.py", "style": "function",
                     "status": "finished", "because": "", "score": score_of(list(checks)),
                     "points": sum(c.max_points for c in checks), "checks": list(checks), "notes": [], "stdout": "",
                     "stderr": "", "provenance": PROVENANCE} | more)


def hostile_report(text=HOSTILE):
    """Put a text into every field that a student, or whoever made the evidence, can reach."""
    checks = [verdict("a", Result.FAILED, about=text, because=text, hint=text, margin=text),
              curve_check().model_copy(update={"about": text, "because": text, "margin": text})]
    return report(*checks, title=text, file=text, style=text[:30], because=text, status="crashed", notes=[text],
                  stdout=text, stderr=text, provenance=PROVENANCE | {"engine": text, "weaker": [text]})


def mixed_report():
    """Make one report with every kind of picture and every verdict."""
    return report(weights_check(True), curve_check(True), band_check(), surface_check(), softmax_check(True),
                  learns_check(), samples_check(), scores_check(), skipped_check(),
                  notes=["cell 3: left out !pip install torch"], stdout="step 0 cost 18.67\nstep 100 cost 0.048\n")
