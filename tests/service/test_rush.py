"""Many students at once, two workers, and everything that can be killed is killed: nothing is lost, nothing is doubled."""

import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.service.running import RIGHT, Desk, Service, wait_for
from worker.client import Login, Server

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
    wait_for(lambda: count(desk, "done") >= 5, lambda: f"{desk.rows()}\n{service.logs()}")
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


def test_the_web_killed_in_mid_rush_loses_no_submission_and_doubles_none(home):
    service = Service(home, GRADER_PORT=str(free_port()))
    desk = Desk(service)
    desk.begin(slugs=["linear-zero"], students=STUDENTS)
    tokens = {s: desk.token(student=s, scopes=["read", "submit"]) for s in STUDENTS}
    for name in ("redis", "worker", "sweeper", "web"):
        service.start(name)
    wait_for(lambda: is_open(service.env["GRADER_PORT"]))
    address = f"http://127.0.0.1:{service.env['GRADER_PORT']}"
    with ThreadPoolExecutor(8) as threads:
        sent = [threads.submit(send, Server(Login(address, tokens[s]), lambda _: None)) for _ in range(EACH) for s in STUDENTS]
        wait_for(lambda: len(desk.rows()) >= 8)
        service.end("web", signal.SIGKILL)
        service.start("web")
        handed_in = [s.result() for s in sent]
    rows = desk.await_all()
    desk.close()
    service.close()
    assert sorted(r["pk"] for r in rows) == sorted(handed_in)
    assert {(r["status"], r["score"]) for r in rows} == {("finished", 10)}


def send(server):
    """Hand in over HTTP, and again under the same key as long as nobody answers, as `grader submit` does."""
    answer = server.call("POST", "courses/dl/assignments/linear-zero/submissions", headers={"Idempotency-Key": uuid4().hex},
                         json={"name": "submission.py", "content": RIGHT.read_text()})
    return server.json(answer)["id"]


def is_open(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", int(port))) == 0


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
