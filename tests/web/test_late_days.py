"""Free late days: spent in the order of the due dates, by what counts, and only where they gain something."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from grader.web import late_days, policy
from grader.web.models import Assignment, Attempt, Course, Extension, State, Submission

DUE, DAY = datetime(2026, 11, 9, 23, tzinfo=UTC), timedelta(days=1)


def work(pk, *handed_in, week=None, penalty=10, extension=None, counting="best"):
    """Make an assignment due after `week` weeks with submissions of (days late, score)."""
    due = DUE + (pk if week is None else week) * 7 * DAY
    rules = Assignment(pk=pk, course=Course(), due_at=due, late_until=due + 6 * DAY, penalty_percent=penalty, counting=counting)
    attempts = [Attempt(submission=Submission(pk=10 * pk + n, number=n, received_at=due + days * DAY), number=1, state=State.DONE,
                        score=score) for n, (days, score) in enumerate(handed_in)]
    return late_days.Work(rules, policy.window(rules, extension), attempts)


def shares(budget, *works):
    return {pk: (share.free, share.spent) for pk, share in late_days.shares(budget, works).items()}


def test_days_go_by_due_date_whatever_order_they_come_in():
    assert shares(3, work(2, (2, 10)), work(1, (2, 10))) == {1: (3, 2), 2: (1, 1)}


def test_a_part_of_a_day_takes_a_whole_one():
    assert shares(3, work(1, (1.01, 10))) == {1: (3, 2)}


def test_what_is_in_time_takes_none():
    assert shares(3, work(1, (0, 10)), work(2, (1, 10))) == {1: (3, 0), 2: (3, 1)}


def test_only_the_submission_that_counts_takes_days():
    assert shares(3, work(1, (1, 3), (3, 2))) == {1: (3, 1)}


def test_free_days_decide_which_submission_counts():
    # without days: 9 in time against 10 * 0.8; with two days: 10
    assert shares(0, work(1, (0, 9), (2, 10))) == {1: (0, 0)}
    assert shares(2, work(1, (0, 9), (2, 10))) == {1: (2, 2)}


def test_of_equally_good_ones_the_cheaper_counts():
    assert shares(3, work(1, (0, 10), (2, 10))) == {1: (3, 0)}


def test_days_that_gain_nothing_are_kept():
    assert shares(3, work(1, (2, 10), penalty=0), work(2, (2, 0)), work(3, (5, 10), penalty=100)) == {
        1: (3, 0), 2: (3, 0), 3: (3, 0)}


def test_the_latest_takes_days_where_the_latest_counts():
    assert shares(3, work(1, (0, 10), (2, 4), counting="latest")) == {1: (3, 2)}


def test_an_extension_saves_days_and_does_not_change_the_order():
    late = Extension(due_at=DUE + 20 * DAY)
    assert shares(2, work(1, (8, 10), extension=late), work(2, (2, 10))) == {1: (2, 0), 2: (2, 2)}
    assert shares(2, work(1, (15, 10), extension=late), work(2, (2, 10))) == {1: (2, 2), 2: (0, 0)}


def test_assignments_due_at_once_go_by_their_position():
    assert shares(1, work(2, (1, 10), week=1), work(1, (1, 10), week=1)) == {1: (1, 1), 2: (0, 0)}


def test_without_attempts_nothing_is_spent():
    assert shares(2, work(1)) == {1: (2, 0)}


@pytest.fixture
def handed_in(assignment, alice):
    """Alice's submission of a day and a minute late, graded with 10."""
    at = assignment.due_at + DAY + timedelta(minutes=1)
    made = Submission.objects.create(assignment=assignment, user=alice, number=1, name="a.py", content="0" * 64, size=1,
                                     received_at=at)
    return Attempt.objects.create(submission=made, version=assignment.version, state=State.DONE, seed=1, created_at=at, score=10)


def test_a_students_days_are_their_own(handed_in, course, alice, bob, assignment):
    course.late_days = 5
    assert late_days.of(course, alice) == {assignment.pk: late_days.Share(5, 2)}
    assert late_days.of(course, bob) == {assignment.pk: late_days.Share(5, 0)}


def test_a_course_without_days_asks_the_database_nothing(handed_in, course, alice, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert late_days.of(course, alice) == {}


def test_an_extension_in_the_database_counts(handed_in, course, alice, assignment):
    course.late_days = 5
    Extension.objects.create(assignment=assignment, user=alice, due_at=assignment.due_at + DAY)
    assert late_days.of(course, alice) == {assignment.pk: late_days.Share(5, 1)}


def test_checks_a_viewer_may_not_see_do_not_decide(handed_in, course, alice, assignment):
    course.late_days = 5
    assert late_days.of(course, alice, lambda _: 0.0) == {assignment.pk: late_days.Share(5, 0)}
    handed_in.refresh_from_db()
    assert handed_in.score == 10
