"""Places in the queue and times to wait: what is told is what the queue will do, and what isn't known isn't guessed."""

from datetime import timedelta

import pytest
from django.conf import settings

from grader.web import progress, queue, waiting
from grader.web.moments import away, local, soon
from grader.web.waiting import Place, place, starts_in
from tests.web.pages_ground import graded, handed_in, open_assignment, today


@pytest.fixture(autouse=True)
def _looks_anew():
    waiting._line.cache_clear()


@pytest.mark.parametrize(("before", "running", "slots", "seconds"), [
    ([], [], 1, 0), ([10.0], [], 1, 10), ([10.0, 10.0], [], 2, 10), ([10.0] * 3, [], 2, 10), ([10.0] * 4, [], 2, 20),
    ([10.0], [4.0], 1, 14), ([10.0], [4.0], 2, 4), ([], [4.0, 9.0], 2, 4), ([10.0], [4.0, 9.0, 30.0], 2, 9)])
def test_an_attempt_starts_when_a_slot_is_free_behind_those_before_it(before, running, slots, seconds):
    assert starts_in(before, running, slots) == seconds


@pytest.mark.parametrize(("before", "slots"), [([None], 1), ([10.0, None], 2), ([10.0], 0)])
def test_no_time_is_told_where_it_is_not_known(before, slots):
    assert starts_in(before, [], slots) is None


@pytest.mark.django_db
def test_place_and_time_follow_the_queues_order(alice, bob, course, redis_server):
    task = open_assignment(course)
    for seconds in (4, 6, 50):
        done = graded(handed_in(task, alice))
        type(done).objects.filter(pk=done.pk).update(finished_at=done.started_at + timedelta(seconds=seconds))
    progress.be_present(redis_server, "w1", 1, 60)
    first, second = handed_in(task, bob), handed_in(task, alice)
    now = today()
    assert place(first, settings.GRADER.redis_url, now) == Place(1, 1, 0.0)
    assert place(second, settings.GRADER.redis_url, now) == Place(2, 1, 6.0)


@pytest.mark.django_db
def test_without_a_worker_no_time_is_told(alice, course, redis_server):
    attempt = handed_in(open_assignment(course), alice)
    assert place(attempt, settings.GRADER.redis_url, today()) == Place(1, 0, None)


@pytest.mark.django_db
def test_without_redis_the_place_is_known_and_the_time_is_not(alice, course):
    attempt = handed_in(open_assignment(course), alice)
    assert place(attempt, settings.GRADER.redis_url, today()) == Place(1, None, None)


@pytest.mark.django_db
def test_a_students_third_attempt_waits_for_their_own(alice, course, redis_server):
    task = open_assignment(course)
    third = [handed_in(task, alice, b"x = %d\n" % k) for k in range(3)][2]
    for _ in range(queue.MAX_RUNNING):
        queue.claim(["cpu"], "w", today())
    assert place(third, settings.GRADER.redis_url, today()) == Place(None, 0, None, is_held=True)


@pytest.mark.django_db
def test_an_attempt_that_comes_right_after_a_look_at_the_queue_has_its_place(alice, bob, course, redis_server):
    task, now = open_assignment(course), today()
    first = handed_in(task, bob)
    assert place(first, settings.GRADER.redis_url, now).place == 1
    assert place(handed_in(task, alice), settings.GRADER.redis_url, now).place == 2


@pytest.mark.django_db
def test_an_attempt_claimed_a_moment_ago_is_not_said_to_be_held_back(alice, course, redis_server):
    attempt = handed_in(open_assignment(course), alice)
    queue.claim(["cpu"], "w", today())
    assert place(attempt, settings.GRADER.redis_url, today()) == Place(None, 0, None, is_held=False)


@pytest.mark.parametrize(("seconds", "said"), [(1, "5 seconds"), (33, "35 seconds"), (58, "1 minute"), (80, "1.5 minutes"),
                                               (700, "12 minutes"), (7300, "2 hours")])
def test_times_to_wait_are_told_roughly(seconds, said):
    assert soon(seconds) == said


def test_moments_are_told_in_the_courses_zone_and_unknown_zones_in_utc(now):
    assert local(now, "Asia/Seoul") == "Mon 2 Nov 2026, 21:00 KST"
    assert local(now, "America/Sao_Paulo") == "Mon 2 Nov 2026, 09:00 UTC-03"
    assert local(now, "../etc/passwd") == "Mon 2 Nov 2026, 12:00 UTC"
    assert away(now + timedelta(days=3), now) == "in 3 days"
    assert away(now - timedelta(hours=30), now) == "30 hours ago"
