"""The web that dies or is replaced: a submission is in whole or not at all, and once however often it is sent."""

import json
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import requests

from tests.faults.injuries import Worker, nothing_is_left_of
from tests.service.running import RIGHT, ROOT, Desk, Service, wait_for
from tests.service.test_rush import free_port, is_open, send
from worker.client import Login, Server

pytestmark = pytest.mark.slow
PATH = "/api/v1/courses/dl/assignments/linear-zero/submissions"
STUDENTS = [f"student{k}" for k in range(8)]
EACH = 5


@pytest.fixture
def served(home):
    """A service with a port of its own, whose web is started as operators start it."""
    (home / "tmp").mkdir()
    service = Service(home, GRADER_PORT=str(free_port()), TMPDIR=str(home / "tmp"))
    service.web = lambda: [sys.executable, "-m", "worker.cli", "web"]
    yield service
    service.close()


def await_web(service):
    wait_for(lambda: is_open(service.env["GRADER_PORT"]), service.logs)


def half_sent(service, token, key, body):
    """Send the head of a submission and half of its body, and leave the line open."""
    line = socket.create_connection(("127.0.0.1", int(service.env["GRADER_PORT"])))
    head = (f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
    line.sendall(head.encode() + body[:len(body) // 2])
    return line


def kept(service):
    """List what is kept of submissions, whole or in part."""
    store, tmp = service.home / "store", service.home / "tmp"
    return [f for f in [*store.rglob("*"), *tmp.rglob("*")] if f.is_file() and f.suffix != ".lock"]


@pytest.mark.parametrize("end", ["the web is killed", "the student's line is cut"])
def test_half_an_upload_leaves_nothing_and_the_whole_one_under_its_key_hands_in_once(served, end):
    desk = Desk(served)
    desk.begin(slugs=["linear-zero"], students=["alice"])
    for name in ("redis", "worker", "web"):
        served.start(name)
    await_web(served)
    token, key = desk.token(student="alice", scopes=["read", "submit"]), uuid4().hex
    body = json.dumps({"name": "submission.py", "content": RIGHT.read_text()}).encode()
    before = kept(served)
    with half_sent(served, token, key, body):
        if end == "the web is killed":
            served.end("web", signal.SIGKILL)
    if end == "the web is killed":
        served.start("web")
        await_web(served)
    assert (desk.rows(), kept(served)) == ([], before)

    def whole():
        return requests.post(f"http://127.0.0.1:{served.env['GRADER_PORT']}{PATH}", data=body, timeout=90, headers={
            "Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"})
    first, second = whole(), whole()
    assert first.ok, first.text
    assert second.json()["id"] == first.json()["id"]
    [row] = desk.await_all()
    assert (row["pk"], row["score"], row["tries"]) == (first.json()["id"], 10, 1)
    assert desk.left(student="alice", slug="linear-zero") == 1
    desk.close()


def test_a_release_put_in_place_in_mid_rush_refuses_loses_and_doubles_nothing(served):
    desk = Desk(served)
    desk.begin(slugs=["linear-zero"], students=[*STUDENTS, "early"])
    tokens = {s: desk.token(student=s, scopes=["read", "submit"]) for s in STUDENTS}
    for name in ("redis", "worker", "sweeper", "web"):
        served.start(name)
    await_web(served)
    early = desk.hand_in(student="early", slug="linear-zero", file=RIGHT)
    desk.await_all()  # the worker is at work by now
    address = f"http://127.0.0.1:{served.env['GRADER_PORT']}"
    said, old = [], Worker(served)
    with ThreadPoolExecutor(6) as threads:
        sent = [threads.submit(send, Server(Login(address, tokens[s]), said.append)) for _ in range(EACH) for s in STUDENTS]
        wait_for(lambda: len(desk.rows()) > EACH, served.logs)
        old.look()
        for name in ("web", "worker", "sweeper"):  # each is asked to end, and a new one takes its place
            served.end(name)
        subprocess.run([sys.executable, "-m", "worker.cli", "migrate"], env=served.env, cwd=ROOT, check=True, capture_output=True)
        for name in ("sweeper", "worker", "web"):
            served.start(name)
        handed_in = [s.result() for s in sent]
    rows = desk.await_all()
    desk.close()
    assert sorted(r["pk"] for r in rows) == sorted([early, *handed_in])
    assert {(r["status"], r["score"], r["tries"]) for r in rows} == {("finished", 10, 1)}
    assert len({r["worker"] for r in rows}) == 2, "the rush was over before the release"
    assert any("doesn't answer" in line or "is busy" in line for line in said), "nobody met the change"
    new = Worker(served).look()
    served.end("worker")
    nothing_is_left_of(old, new)
