"""A worker that can't grade waits, says so once, and takes up work again when all is well."""

import logging
import shutil
import threading
import time

import pytest

from grader.store import Objects
from tests.service.running import wait_for
from worker.fitness import CHECK_S, Fitness


class Engine:
    """What an engine says of itself, and how often it was asked."""

    def __init__(self, *said):
        self.said, self.asked = list(said), 0

    def why_not(self):
        self.asked += 1
        return self.said.pop(0) if self.said else None


@pytest.fixture
def store(tmp_path):
    return Objects(tmp_path / "store")


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.WARNING, logger="worker.fitness")
    return lambda: [(r.levelname, r.getMessage()) for r in caplog.records]


def wait(fitness, *, after_fault=False, stopping=None):
    fitness.wait(stopping or threading.Event(), after_fault=after_fault)


def test_a_worker_that_is_well_asks_no_engine_and_leaves_nothing_in_the_store(store, said):
    engine = Engine("never asked")
    wait(Fitness(engine.why_not, store))
    assert (engine.asked, said()) == (0, [])
    assert list(store.root.iterdir()) == []


def test_a_store_that_was_well_is_not_tried_again_for_a_while(store, said):
    fitness = Fitness(Engine().why_not, store)
    wait(fitness)
    shutil.rmtree(store.root)
    store.root.write_text("a disk that is not there")
    wait(fitness)
    assert said() == []
    assert 0 < fitness.well_until - time.monotonic() <= CHECK_S


def test_after_a_fault_the_engine_is_asked_although_all_was_well_a_moment_ago(store):
    engine = Engine()
    fitness = Fitness(engine.why_not, store)
    wait(fitness)
    wait(fitness, after_fault=True)
    assert engine.asked == 1


def test_an_engine_that_is_away_is_waited_for_and_said_once(store, said):
    engine = Engine("the engine is away", "the engine is away")
    wait(Fitness(engine.why_not, store), after_fault=True)
    assert engine.asked == 3
    assert said() == [
        ("CRITICAL", "this worker takes nothing from the queue until it can grade again: the engine is away"),
        ("WARNING", "this worker can grade again")]


def test_a_store_out_of_reach_is_waited_for_and_the_engine_asked_before_work_goes_on(store, said):
    engine = Engine()
    store.root.write_text("a disk that is not there")
    waiting = threading.Thread(target=wait, args=[Fitness(engine.why_not, store)])
    waiting.start()
    wait_for(said)
    assert (waiting.is_alive(), engine.asked) == (True, 0)
    store.root.unlink()
    waiting.join(30)
    assert (waiting.is_alive(), engine.asked) == (False, 1)
    assert str(store.root) in said()[0][1]


def test_a_worker_that_is_to_end_waits_no_longer(store):
    stopping = threading.Event()
    waiting = threading.Thread(target=wait, args=[Fitness(lambda: "away for good", store)],
                               kwargs={"after_fault": True, "stopping": stopping})
    waiting.start()
    assert waiting.is_alive()
    stopping.set()
    waiting.join(5)
    assert not waiting.is_alive()
