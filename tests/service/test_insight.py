"""What real workers and a real sweeper keep beside reports, and what they find when nothing waits."""

import pytest

from tests.service.running import wait_for

pytestmark = pytest.mark.slow
COPIED = """
import numpy as np

def predict(x, W, b):
    return np.asarray(x) * W + b

def train(x, y, lr, steps):
    w, b, costs = 0.0, 0.0, []
    for step in range(steps):
        prediction = np.asarray(x) * w + b
        error = prediction - np.asarray(y)
        costs.append(float(np.mean(error ** 2)))
        w, b = w - lr * 2 * float(np.mean(error * np.asarray(x))), b - lr * 2 * float(np.mean(error))
    history = [round(cost, 3) for cost in costs if cost < 1000.0]
    return {"w": w, "b": b, "costs": costs, "history": history, "steps": len(costs)}
"""


def test_a_copy_is_found_and_lost_columns_come_back(service, desk, home):
    service.start("redis")
    for student, source in (("alice", COPIED), ("bob", COPIED.replace("error", "delta").replace("costs", "losses"))):
        (home / f"{student}.py").write_text(source)
        desk.hand_in(student=student, slug="linear-zero", file=home / f"{student}.py")
    service.start("worker")
    desk.await_all()
    assert wait_for(desk.pairs) == [["alice", "bob", 1.0]]
    assert ["bob", "similar"] in desk.work()
    before = desk.kept()
    assert before["digests"] == 2
    assert desk.mended() == 0
    assert desk.forget() == 2
    service.start("sweeper")
    wait_for(lambda: desk.kept()["digests"] == 2)
    assert desk.kept() == before
    assert desk.mended() == 0
