"""Databases, disks, Redis and clocks that fail: what was accepted is graded once, and what can't be kept is refused whole."""

import os
import shutil
import signal
import sqlite3
import time

import docker
import pytest
import requests
from redis import Redis

from tests.faults.injuries import clock_shim, fill, named, slow_program, small_disk
from tests.service.running import RIGHT, Desk, Service, postgresql, wait_for
from tests.service.test_rush import free_port, is_open

pytestmark = pytest.mark.slow
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a disk of its own, which wants root")


def begin(service, desk, **settings):
    """Start a service whose worker runs one slow program."""
    for name in ("redis", "sweeper"):
        service.start(name, **settings)
    service.start("worker", **settings)
    file, name = slow_program(service.home)
    desk.hand_in(student="alice", slug="linear-zero", file=file)
    wait_for(lambda: named(name), service.logs)


def graded(desk, tries=1):
    [row] = desk.await_all()
    assert (row["status"], row["score"], row["tries"]) == ("finished", 10, tries)


class Web:
    """The web of a service, as a student's program sees it."""

    def __init__(self, service, desk):
        service.start("web")
        wait_for(lambda: is_open(service.env["GRADER_PORT"]), service.logs)
        self.address = f"http://127.0.0.1:{service.env['GRADER_PORT']}"
        self.headers = {"Authorization": f"Bearer {desk.token(student='alice', scopes=['read', 'submit'])}"}

    def hand_in(self):
        return requests.post(f"{self.address}/api/v1/courses/dl/assignments/linear-zero/submissions", timeout=90,
                             headers=self.headers, json={"name": "submission.py", "content": RIGHT.read_text()})

    def page(self):
        return requests.get(f"{self.address}/", cookies={"sessionid": "x" * 32}, timeout=90)


def files(disk):
    """List what is kept; the trial of whether anything can be is none of it."""
    return sorted(f for f in disk.rglob("*") if f.is_file() and not f.name.startswith(".trial"))


@pytest.fixture
def port():
    return str(free_port())


def test_a_database_that_is_locked_when_the_report_is_written_gets_it_later(service, desk):
    begin(service, desk)
    with sqlite3.connect(service.home / "grader.sqlite3", isolation_level=None) as lock:
        lock.execute("BEGIN IMMEDIATE")
        wait_for(lambda: "the database doesn't answer" in service.logs())  # SQLite itself waits for 30 s
        lock.execute("ROLLBACK")
    graded(desk)


@pytest.mark.docker
def test_a_database_restarted_in_mid_attempt_gets_the_report_and_the_web_says_what_is_going_on(home, port):
    at = free_port()
    with postgresql(port=at) as database:
        service = Service(home, GRADER_DATABASE=database, GRADER_PORT=port)
        desk = Desk(service)
        desk.begin(slugs=["linear-zero"], students=["alice"])
        try:
            begin(service, desk)
            web = Web(service, desk)
            [container] = [c for c in docker.from_env().containers.list() if f"'{at}'" in str(c.ports)]
            container.kill()
            refused = web.hand_in()
            assert (refused.status_code, refused.json()["code"]) == (503, "busy")
            told = web.page()
            assert told.status_code == 503
            assert "can&#39;t be reached right now" in told.text
            container.start()
            desk.close()
            desk = Desk(service)
            wait_for(lambda: web.hand_in().ok, service.logs)
            rows = desk.await_all()
            assert [(r["score"], r["tries"]) for r in rows] == [(10, 1), (10, 1)]
        finally:
            desk.close()
            service.close()


@AS_ROOT
def test_a_full_disk_refuses_submissions_whole_and_breaks_none_of_those_that_wait(home, port):
    service = Service(home, GRADER_PORT=port)
    desk = Desk(service)
    with small_disk(home / "store", 4) as disk:
        desk.begin(slugs=["linear-zero"], students=["alice", "bob"])
        try:
            begin(service, desk)
            web = Web(service, desk)
            filler = fill(disk)
            kept = files(disk)
            refused = web.hand_in()
            assert (refused.status_code, refused.json()["code"]) == (503, "busy")
            assert (len(desk.rows()), files(disk)) == (1, kept)
            wait_for(lambda: "takes nothing from the queue" in service.logs())
            [row] = desk.rows()
            assert (row["state"], row["tries"], row["report"]) == ("queued", 1, "")
            filler.unlink()
            graded(desk, tries=2)
        finally:
            desk.close()
            service.close()


def test_evidence_out_of_reach_for_a_while_loses_nothing(service, desk):
    begin(service, desk)
    store = service.home / "store"
    store.rename(service.home / "elsewhere")
    store.write_text("a disk that is not there")
    wait_for(lambda: "takes nothing from the queue" in service.logs(), service.logs)
    store.unlink()
    (service.home / "elsewhere").rename(store)
    graded(desk, tries=2)


def test_redis_that_hangs_and_is_emptied_loses_nothing(service, desk):
    begin(service, desk)
    redis = service.running["redis"]
    os.killpg(redis.pid, signal.SIGSTOP)
    began = time.monotonic()
    desk.hand_in(student="bob", slug="linear-zero", file=RIGHT)
    assert time.monotonic() - began < 15
    service.end("redis", signal.SIGKILL)
    (service.home / "appendonly.aof").unlink()
    service.start("redis")
    rows = desk.await_all()
    assert [(r["score"], r["tries"]) for r in rows] == [(10, 1), (10, 1)]


def test_the_same_message_delivered_ten_times_is_one_report(service, desk):
    service.start("redis")
    desk.hand_in(student="alice", slug="linear-zero", file=RIGHT)
    with Redis(unix_socket_path=str(service.home / "redis.sock")) as redis:
        [message] = redis.lrange("cpu", 0, -1)
        assert redis.rpush("cpu", *[message] * 9) == 10
        for name in ("first", "second"):
            service.start("worker", called=name)
        graded(desk)
        wait_for(lambda: not (redis.llen("cpu") or redis.hlen("unacked")), service.logs)
    graded(desk)


@pytest.mark.skipif(shutil.which("cc") is None, reason="builds a clock of its own, which wants a C compiler")
@pytest.mark.parametrize("ahead_s", [3600, -3600])
def test_a_clock_that_jumps_an_hour_neither_cuts_an_attempt_short_nor_keeps_one_from_being_retried(service, desk, ahead_s):
    clock = service.home / "ahead"
    clock.write_text("0")
    begin(service, desk, LD_PRELOAD=str(clock_shim(service.home)), TEST_CLOCK=str(clock))
    clock.write_text(str(ahead_s))
    if ahead_s > 0:
        wait_for(lambda: "the clock jumped" in service.logs())
        graded(desk)
        return
    service.end("worker", signal.SIGKILL)
    service.start("worker", LD_PRELOAD=str(service.home / "clock.so"), TEST_CLOCK=str(clock))
    graded(desk, tries=2)
