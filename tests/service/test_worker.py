"""Attempts graded by real workers through a real Redis: once each, whatever is killed."""

import signal
import socket
import subprocess
import sys

import pytest
from redis import Redis

from tests.service.running import PATIENCE_S, RIGHT, wait_for

pytestmark = pytest.mark.slow


def test_a_submission_is_graded_and_its_report_can_be_read(service, desk):
    service.start("redis")
    service.start("worker")
    pk = desk.hand_in(student="alice", slug="linear-zero", file=RIGHT)
    [row] = desk.await_all()
    assert (row["status"], row["score"], row["points"], row["tries"]) == ("finished", 10, 10, 1)
    assert desk.shown_score(pk=pk, student="alice") == 10


def test_ten_bells_for_one_attempt_are_one_report(service, desk):
    service.start("redis")
    desk.hand_in(student="alice", slug="linear-zero", file=RIGHT)
    assert desk.ring(times=10) == 10
    service.start("worker")
    service.start("worker", called="second")
    [row] = desk.await_all()
    assert row["tries"] == 1


def test_the_same_upload_sent_twice_is_one_submission(service, desk):
    service.start("redis")
    first = desk.hand_in(student="alice", slug="linear-zero", file=RIGHT, key="k")
    assert desk.hand_in(student="alice", slug="linear-zero", file=RIGHT, key="k") == first
    assert len(desk.rows()) == 1


def test_what_was_handed_in_while_redis_was_down_is_graded(service, desk):
    desk.hand_in(student="alice", slug="linear-zero", file=RIGHT)
    service.start("redis")
    service.start("worker")
    service.start("sweeper")
    [row] = desk.await_all()
    assert row["score"] == 10


def test_attempts_outlast_an_emptied_redis(service, desk):
    service.start("redis")
    for student in ("alice", "bob", "carol"):
        desk.hand_in(student=student, slug="linear-zero", file=RIGHT)
    Redis(unix_socket_path=str(service.home / "redis.sock")).flushall()
    service.start("worker")
    service.start("sweeper")
    assert len(desk.await_all()) == 3


def test_a_worker_killed_in_mid_attempt_costs_time_and_nothing_else(service, desk, sleepy):
    service.start("redis")
    service.start("worker")
    service.start("sweeper")
    desk.hand_in(student="alice", slug="linear-zero", file=sleepy)
    wait_for(lambda: desk.rows()[0]["state"] == "running")
    service.end("worker", signal.SIGKILL)
    service.start("worker")
    [row] = desk.await_all()
    assert (row["score"], row["tries"]) == (10, 2)


def test_a_worker_whose_lease_was_lost_writes_nothing(service, desk, sleepy):
    service.start("redis")
    service.start("worker")
    desk.hand_in(student="alice", slug="linear-zero", file=sleepy)
    wait_for(lambda: desk.rows()[0]["state"] == "running")
    assert desk.expire_lease(pk=desk.rows()[0]["pk"]) == 1
    service.start("sweeper")
    service.start("worker", called="second")
    [row] = desk.await_all()
    assert row["tries"] == 2
    wait_for(lambda: "lease was lost" in service.logs())
    assert desk.rows() == [row]


def test_a_fault_of_ours_is_retried_then_broken_and_uses_up_no_attempt(service, desk):
    service.start("redis")
    pk = desk.hand_in(student="alice", slug="linear-zero", file=RIGHT)
    desk.lose(pk=pk)
    service.start("worker")
    service.start("sweeper")
    [row] = desk.await_all("broken")
    assert row["tries"] == 3
    assert row["score"] is None
    assert "is missing" in row["because"]
    assert desk.left(student="alice", slug="linear-zero") == 0
    assert "broken after 3 tries" in (service.home / "worker.log").read_text()


def test_a_worker_that_can_make_no_box_ends_and_takes_nothing_from_the_queue(service, desk):
    service.start("redis")
    desk.hand_in(student="alice", slug="linear-zero", file=RIGHT)
    service.start("worker", GRADER_ENGINE="docker", DOCKER_HOST="unix:///nowhere/docker.sock")
    assert service.running["worker"].wait(PATIENCE_S) == 3
    assert "docker" in service.logs()
    [row] = desk.rows()
    assert (row["state"], row["tries"]) == ("queued", 0)


def test_a_cancelled_attempt_is_never_graded(service, desk):
    service.start("redis")
    pk = desk.hand_in(student="alice", slug="linear-zero", file=RIGHT)
    assert desk.cancel(pk=pk)
    other = desk.hand_in(student="bob", slug="linear-zero", file=RIGHT)
    service.start("worker")
    wait_for(lambda: {r["pk"]: r["state"] for r in desk.rows()} == {pk: "cancelled", other: "done"})
    assert not desk.cancel(pk=other)


def test_a_worker_told_to_end_finishes_what_it_grades(service, desk, sleepy):
    service.start("redis")
    service.start("worker")
    desk.hand_in(student="alice", slug="linear-zero", file=sleepy)
    wait_for(lambda: desk.rows()[0]["state"] == "running")
    service.end("worker")
    [row] = desk.rows()
    assert (row["state"], row["tries"]) == ("done", 1)


def test_serve_starts_everything_and_stops_it_cleanly(service):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "worker.cli", "serve"], env=service.env | {"GRADER_PORT": str(port)},
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    def answers():
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0
    wait_for(answers)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert f"http://localhost:{port}" in said
    assert "instructor" in said
    assert not (service.home / "redis.sock").exists()
    assert not answers()
