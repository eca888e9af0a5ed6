"""Many students at once, two workers, and everything that can be killed is killed: nothing is lost, nothing is doubled."""

import signal

import pytest

from tests.service.running import RIGHT, Desk, wait_for

pytestmark = pytest.mark.slow
STUDENTS = [f"student{k}" for k in range(12)]
EACH = 4


def test_a_rush_outlasts_killed_workers_and_a_killed_redis(any_service):
    service, desk = any_service, Desk(any_service)
    desk.begin(slugs=["linear-zero"], students=STUDENTS)
    for name in ("redis", "worker", "sweeper"):
        service.start(name)
    service.start("worker", called="second")
    handed_in = [desk.hand_in(student=s, slug="linear-zero", file=RIGHT) for _ in range(EACH) for s in STUDENTS]
    wait_for(lambda: count(desk, "done") >= 5)
    service.end("worker", signal.SIGKILL)
    service.start("worker")
    service.end("redis", signal.SIGKILL)
    late = [desk.hand_in(student=s, slug="linear-zero", file=RIGHT) for s in STUDENTS[:2]]
    service.start("redis")
    service.end("second", signal.SIGKILL)
    service.start("worker", called="second")
    rows = desk.await_all()
    desk.close()
    assert [r["pk"] for r in rows] == [*handed_in, *late]
    assert {(r["status"], r["score"]) for r in rows} == {("finished", 10)}
    assert max(r["tries"] for r in rows) <= 3


def count(desk, state):
    return sum(r["state"] == state for r in desk.rows())
