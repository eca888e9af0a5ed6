"""Leases and the clock that they are read off: one that jumps takes no attempt away, and keeps none."""

from datetime import timedelta

import pytest

from grader.web import queue, specs
from grader.web.models import State
from grader.web.queue import LEASE_S, MAX_TRIES
from tests.web.pages_ground import handed_in, open_assignment
from worker.sweeper import JUMP_S, Clock

HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=LEASE_S)


@pytest.fixture
def running(alice, bob, course):
    """Two attempts of two workers, and one that waits."""
    assignment = open_assignment(course)
    for user in (alice, bob, alice):
        handed_in(assignment, user, f"x = {user.pk}\n".encode())
    return [queue.claim(["cpu"], f"worker {k}", specs.now()) for k in range(2)]


def states(*attempts):
    for attempt in attempts:
        attempt.refresh_from_db()
    return [a.state for a in attempts]


def test_a_clock_that_goes_as_time_does_has_not_jumped():
    clock = Clock()
    assert [abs(clock.jumped_s(specs.now())) < JUMP_S for _ in range(3)] == [True] * 3


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
def test_a_clock_that_jumps_is_noticed_once_by_how_much(ahead):
    clock = Clock()
    assert clock.jumped_s(specs.now() + ahead) == pytest.approx(ahead.total_seconds(), abs=JUMP_S)
    assert clock.jumped_s(specs.now() + ahead) == pytest.approx(0, abs=JUMP_S)
    assert clock.jumped_s(specs.now()) == pytest.approx(-ahead.total_seconds(), abs=JUMP_S)


@pytest.mark.django_db
def test_a_clock_an_hour_ahead_takes_no_attempt_away_once_leases_begin_anew(running):
    later = specs.now() + HOUR
    assert queue.prolong_all(later) == 2
    assert queue.expire(later) == []
    assert states(*running) == [State.RUNNING] * 2
    assert all(queue.renew(a, later) for a in running), "each is still its worker's"
    assert {a.lease_until for a in running} == {later + LEASE}


@pytest.mark.django_db
def test_without_that_an_hour_ahead_would_have_taken_all(running):
    assert {a.pk for a in queue.expire(specs.now() + HOUR)} == {a.pk for a in running}
    assert states(*running) == [State.QUEUED] * 2


@pytest.mark.django_db
def test_what_does_not_run_gets_no_lease(running):
    done, lost = running
    queue.finish(done, specs.now(), {"status": "finished"})
    lost.tries = MAX_TRIES
    lost.save()
    queue.give_back(lost, "the engine is gone", specs.now())
    assert queue.prolong_all(specs.now()) == 0
    assert states(done, lost) == [State.DONE, State.BROKEN]
    assert (done.lease_until, lost.lease_until) == (None, None)


@pytest.mark.django_db
def test_a_lease_given_before_the_clock_was_put_back_ends_after_a_whole_one(running):
    earlier = specs.now() - HOUR
    assert queue.expire(earlier) == []
    for attempt in running:
        attempt.refresh_from_db()
        assert attempt.lease_until == earlier + LEASE
    assert len(queue.expire(earlier + LEASE + timedelta(seconds=1))) == 2
