"""The order of the queue: fair to students, whoever floods it."""

from datetime import UTC, datetime, timedelta

from grader.web.queue import MAX_RUNNING, Waiting, fairest

START = datetime(2026, 11, 24, tzinfo=UTC)
ALICE, BOB, CAROL = 1, 2, 3


def waiting(*users, priority=0, first=0):
    return [Waiting(first + k, user, priority, START + timedelta(seconds=first + k)) for k, user in enumerate(users)]


def order(*args):
    return [w.pk for w in fairest(*args)]


def test_students_who_wait_take_turns():
    assert order(waiting(ALICE, ALICE, ALICE, BOB, CAROL), {}, {}) == [0, 3, 4, 1, 2]


def test_a_flood_delays_another_student_by_at_most_one_attempt():
    flood = waiting(ALICE, ALICE, ALICE, BOB)
    assert order(flood, {ALICE: 1}, {ALICE: START})[0] == 3
    assert order(flood, {}, {ALICE: START})[0] == 3  # alice's first has just ended


def test_of_equal_turns_goes_first_who_was_served_longest_ago():
    served = {ALICE: START - timedelta(seconds=5), BOB: START - timedelta(seconds=9)}
    assert order(waiting(ALICE, BOB), {}, served) == [1, 0]


def test_submissions_go_before_regrades_of_anyone():
    queue = [*waiting(ALICE, ALICE, priority=1), *waiting(BOB, BOB, first=10)]
    assert order(queue, {}, {}) == [10, 11, 0, 1]


def test_a_student_has_at_most_two_attempts_running():
    assert order(waiting(ALICE, BOB), {ALICE: MAX_RUNNING}, {}) == [1]


def test_an_empty_queue_has_no_order():
    assert order([], {ALICE: 1}, {}) == []
