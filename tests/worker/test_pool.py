"""Boxes are kept while they are good, replaced when they are not, and never more than the memory allows."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.errors import Broken
from grader.spec import Limits
from worker.box import Job, Status
from worker.engines import rootfs
from worker.engines.bubblewrap import Bubblewrap
from worker.kinds import Kind
from worker.pool import BOX_MB, Pool

LIMITS = Limits(seconds=5, memory_mb=300)
HELLO = Job(b"this is not a request", LIMITS, 0)  # crashes in measure.py, which is an end of its own


@pytest.fixture
def pool(monkeypatch):
    monkeypatch.setitem(rootfs.FRAMEWORKS, "bare", ("numpy",))
    with Pool(Bubblewrap()) as made:
        yield made


def run(pool, job=HELLO, limits=LIMITS, **options):
    with pool.box("bare", limits, **options) as box:
        return box.run(job)


def settle(pool):
    while any(pool.warming.values()):
        time.sleep(0.01)


def kill(talk):
    signal.pidfd_send_signal(talk.shell.first, signal.SIGKILL)
    talk.shell.process.process.wait(5)


def test_attempts_one_after_another_share_a_box(pool):
    assert [run(pool).status for _ in range(3)] == [Status.CRASHED] * 3
    assert (pool.started, len(pool.idle)) == (1, 1)
    assert pool.idle[0].talk.runs == 3


def test_attempts_at_once_have_a_box_each(pool):
    kind = Kind.of("bare", LIMITS)
    held = [pool._take(kind), pool._take(kind)]
    assert pool.started == 2
    for talk in held:
        pool._put_back(kind, talk)


def test_attempts_beyond_the_budget_wait_for_a_box_that_is_given_back(monkeypatch):
    monkeypatch.setitem(rootfs.FRAMEWORKS, "bare", ("numpy",))
    kind = Kind.of("bare", LIMITS)
    with Pool(Bubblewrap(), budget_mb=BOX_MB) as pool, ThreadPoolExecutor(3) as threads:
        held = pool._take(kind)
        waiting = [threads.submit(run, pool) for _ in range(3)]
        while pool.waiting[kind] < 3:
            time.sleep(0.01)
        assert (pool.alive, pool.started) == (1, 1)
        pool._put_back(kind, held)
        assert [w.result(60).status for w in waiting] == [Status.CRASHED] * 3
        assert pool.started == 1


def test_dead_engine_is_survived_and_its_boxes_are_made_again(pool):
    pool.warm("bare", LIMITS, 2)
    settle(pool)
    for idle in pool.idle:
        kill(idle.talk)
        idle.since -= 10
    pool.look_after()
    settle(pool)
    assert (pool.started, len(pool.idle), pool.alive) == (4, 2, 2)
    assert run(pool).status is Status.CRASHED


def test_limits_of_an_attempt_alone_need_no_other_box(pool):
    run(pool)
    run(pool, limits=Limits(seconds=9, memory_mb=300, output_kb=7))
    assert pool.started == 1
    run(pool, limits=Limits(seconds=5, memory_mb=301))
    assert pool.started == 2


def test_fresh_box_serves_nobody_else(pool):
    run(pool)
    run(pool, is_fresh=True)
    run(pool, is_fresh=True)
    assert [idle.talk.runs for idle in pool.idle] == [1]


def test_pool_may_be_told_to_keep_nothing():
    with Pool(Bubblewrap(), is_fresh=True) as pool:
        rootfs.FRAMEWORKS["bare"] = ("numpy",)
        run(pool)
        assert pool.idle == []


def test_box_that_died_while_it_waited_is_replaced(pool):
    run(pool)
    kill(pool.idle[0].talk)
    pool.idle[0].since -= 10
    assert run(pool).status is Status.CRASHED
    assert pool.started == 2


def test_rounds_end_the_dead_and_the_unwanted_and_keep_the_others(pool):
    for memory in (300, 301, 302):
        run(pool, limits=Limits(seconds=5, memory_mb=memory))
    dead, unwanted, good = pool.idle
    kill(dead.talk)
    for idle, ago in ((dead, 10), (unwanted, 10_000), (good, 10)):
        idle.since -= ago
    pool.look_after()
    assert pool.idle == [good]


def test_memory_budget_ends_the_box_idle_for_longest(monkeypatch):
    monkeypatch.setitem(rootfs.FRAMEWORKS, "bare", ("numpy",))
    with Pool(Bubblewrap(), budget_mb=2 * BOX_MB) as pool:
        for memory in (300, 301, 302):
            run(pool, limits=Limits(seconds=5, memory_mb=memory))
        assert [idle.kind.limits.memory_mb for idle in pool.idle] == [301, 302]


def test_boxes_are_warmed_ahead(pool):
    pool.warm("bare", LIMITS, 2)
    settle(pool)
    assert (pool.started, len(pool.idle)) == (2, 2)
    pool.warm("bare", LIMITS, 2)
    settle(pool)
    run(pool)
    assert pool.started == 2


def test_place_of_a_doubtful_box_is_filled_before_the_next_attempt(pool):
    with pool.box("bare", LIMITS) as box:
        box.run(HELLO)
        pool.idle[0].talk.doubt = "the test wants it so"
        box.run(HELLO)
        settle(pool)
        assert [idle.talk.runs for idle in pool.idle] == [0]


def test_engine_that_cannot_start_is_our_fault(pool):
    with pytest.raises(Broken, match="no runtime nothing"), pool.box("nothing", LIMITS) as box:
        box.run(HELLO)
    pool.warm("nothing", LIMITS, 1)
    settle(pool)
    assert pool.idle == []


def test_nothing_is_left_when_it_is_closed(monkeypatch):
    monkeypatch.setitem(rootfs.FRAMEWORKS, "bare", ("numpy",))
    with Pool(Bubblewrap(), keeps_house=True) as pool:
        run(pool)
        shell = pool.idle[0].talk.shell
    assert shell.first is None
    assert shell.process.process.poll() is not None
