"""A worker out of memory, and an engine that is really started again: the attempt is graded once, late, and nothing is left."""

import os
import signal

import pytest

from tests.faults.hosts import Cramped, engine_of_its_own
from tests.faults.injuries import Worker, named, nothing_is_left_of, slow_program
from tests.service.running import RIGHT, wait_for
from worker.engines.docker import Docker
from worker.runtimes import build

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.geteuid() != 0, reason="limits and engines of a test's own want root")]


def begin(service, desk, **how):
    """Start a service whose one worker runs one slow program; returns the worker."""
    for name in ("redis", "sweeper"):
        service.start(name)
    service.start("worker", GRADER_JOBS="1", **how)
    file, name = slow_program(service.home)
    desk.hand_in(student="alice", slug="linear-zero", file=file)
    wait_for(lambda: named(name), service.logs)
    return Worker(service).look()


def graded_late(desk, others=0):
    rows = desk.await_all()
    assert [(r["status"], r["score"], r["tries"]) for r in rows] == [("finished", 10, 2)] + [("finished", 10, 1)] * others
    assert all(r["report"] for r in rows)


@pytest.fixture
def group(service):
    group = Cramped(f"test-{service.home.name}", 1500)
    yield group
    service.close()
    group.close()


def test_a_worker_out_of_memory_is_killed_and_its_attempt_graded_by_the_next(service, desk, group):
    worker = begin(service, desk, within=group.within())
    assert group.fill(worker.pid), "the kernel killed nobody"
    assert service.running["worker"].wait(10) == -signal.SIGKILL
    service.start("worker", GRADER_JOBS="1", within=group.within())
    graded_late(desk)
    second = Worker(service).look()
    service.end("worker")
    nothing_is_left_of(worker, second)


@pytest.fixture
def engine(home):
    with engine_of_its_own(home) as engine:
        engine.take(build.tag("dlgrader", "pytorch", Docker().inside_hash))
        yield engine


@pytest.mark.docker
def test_an_engine_that_is_stopped_and_one_that_is_killed_cost_a_try_and_blame_nobody(service, desk, engine):
    worker = begin(service, desk, GRADER_ENGINE="docker", DOCKER_HOST=engine.address)
    engine.end(signal.SIGTERM)
    wait_for(lambda: "takes nothing from the queue" in service.logs(), service.logs)
    second = desk.hand_in(student="bob", slug="linear-zero", file=RIGHT)
    assert [r["tries"] for r in desk.rows() if r["pk"] == second] == [0]
    engine.start()
    graded_late(desk, others=1)
    file, name = slow_program(service.home)
    third = desk.hand_in(student="carol", slug="linear-zero", file=file)
    wait_for(lambda: named(name), service.logs)
    engine.end(signal.SIGKILL)
    engine.start()
    rows = {r["pk"]: r for r in desk.await_all()}
    assert (rows[third]["status"], rows[third]["score"]) == ("finished", 10)
    assert rows[third]["tries"] <= 2  # the containers of a killed engine may outlive it
    worker.look()
    service.end("worker")
    nothing_is_left_of(worker)
    wait_for(lambda: not engine.containers(), lambda: str(engine.containers()))
