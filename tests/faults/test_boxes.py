"""Boxes, workers and engines that are killed: the attempt is graded once, late, and nothing of them is left."""

import signal

import pytest

from tests.faults.injuries import Relay, Worker, named, nothing_is_left_of, slow_program
from tests.service.running import RIGHT, wait_for

pytestmark = pytest.mark.slow
ENGINES = ["bubblewrap", pytest.param("docker", marks=pytest.mark.docker)]


def begin(service, desk, engine="bubblewrap", **settings):
    """Start a service whose one worker runs one slow program; returns the worker."""
    service.start("redis")
    service.start("worker", GRADER_ENGINE=engine, GRADER_JOBS="1", **settings)
    file, name = slow_program(service.home)
    desk.hand_in(student="alice", slug="linear-zero", file=file)
    wait_for(lambda: named(name), service.logs)
    return Worker(service).look()


def graded_late(desk):
    [row] = desk.await_all()
    assert (row["status"], row["score"], row["tries"]) == ("finished", 10, 2)
    assert row["report"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_box_killed_in_mid_attempt_is_retried_and_nobody_is_blamed(service, desk, engine):
    worker = begin(service, desk, engine)
    worker.kill_containers() if engine == "docker" else worker.kill_boxes()
    graded_late(desk)
    service.end("worker")
    nothing_is_left_of(worker.look())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_supervisor_that_dies_under_a_submission_is_ours_and_is_retried(service, desk, engine):
    worker = begin(service, desk, engine)
    worker.kill_supervisor(slow_program(service.home)[1])
    graded_late(desk)
    service.end("worker")
    nothing_is_left_of(worker.look())


@pytest.mark.docker
def test_a_worker_killed_beside_its_containers_leaves_none_once_another_starts(service, desk):
    first = begin(service, desk, "docker")
    service.end("worker", signal.SIGKILL)
    service.start("worker", GRADER_ENGINE="docker", GRADER_JOBS="1")
    service.start("sweeper")
    graded_late(desk)
    second = Worker(service).look()
    service.end("worker")
    nothing_is_left_of(first, second)


def test_an_attempt_whose_box_dies_each_time_is_broken_and_the_queue_goes_on(service, desk):
    worker = begin(service, desk)
    name = slow_program(service.home)[1]
    pk = desk.rows()[0]["pk"]
    for tries in (1, 2, 3):
        wait_for(lambda: desk.rows()[0]["tries"] == tries and named(name), service.logs)  # noqa: B023 - called at once
        worker.kill_boxes()
        wait_for(lambda: desk.rows()[0]["tries"] > tries or desk.rows()[0]["state"] == "broken", service.logs)  # noqa: B023
    other = desk.hand_in(student="bob", slug="linear-zero", file=RIGHT)
    wait_for(lambda: {r["pk"]: r["state"] for r in desk.rows()} == {pk: "broken", other: "done"})
    assert desk.rows()[0]["score"] is None
    assert desk.left(student="alice", slug="linear-zero") == 0
    assert "broken after 3 tries" in service.logs()


@pytest.mark.docker
def test_an_engine_that_is_restarted_costs_no_more_than_one_try(service, desk):
    relay = Relay(service.home / "docker.sock")
    relay.open()
    worker = begin(service, desk, "docker", DOCKER_HOST=f"unix://{relay.path}")
    relay.cut()  # an engine that is restarted cuts all lines and ends all containers
    worker.kill_containers()
    wait_for(lambda: "takes nothing from the queue" in service.logs())
    waiting = [desk.hand_in(student=s, slug="linear-zero", file=RIGHT) for s in ("bob", "carol")]
    assert {r["pk"]: r["tries"] for r in desk.rows()[1:]} == dict.fromkeys(waiting, 0)
    relay.open()
    rows = desk.await_all()
    assert [(r["score"], r["tries"]) for r in rows] == [(10, 2), (10, 1), (10, 1)]
    service.end("worker")
    nothing_is_left_of(worker)
