"""Deadlines, lateness, attempts and cool-down, for one student; every moment is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from grader.web import policy
from grader.web.models import Assignment, Attempt, Course, Extension, State, Submission

DUE = datetime(2026, 11, 9, 22, 59, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def assignment(zone="UTC", **rules):
    return Assignment(course=Course(time_zone=zone), **{"due_at": DUE, **rules})


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def attempt(at=DUE, state=State.DONE, status="finished", number=1, score=None, submission=1, counts=True):
    made = Submission(pk=submission, number=submission, received_at=at)
    return Attempt(submission=made, number=number, state=state, status=status, created_at=at, score=score, counts=counts)


def refusal(rules, now, attempts=(), extension=None):
    found = policy.standing(rules, extension, attempts, now).refusal(now)
    return found and found[0]


@pytest.mark.parametrize(("after", "code"), [(-SECOND, None), (timedelta(0), None), (timedelta(microseconds=1), "closed"),
                                             (SECOND, "closed")])
def test_the_moment_of_the_deadline_is_in_time_and_the_next_is_not(after, code):
    assert refusal(assignment(), DUE + after) == code


def test_a_deadline_is_told_with_the_time_it_is_now_on_the_courses_clocks():
    rules, now = assignment("Europe/Berlin"), DUE + SECOND
    assert policy.standing(rules, None, (), now).refusal(now)[1] == (
        "The deadline was 2026-11-09 23:59:00 CET, it is 2026-11-09 23:59:01 CET; "
        "ask your instructor for an extension if you have a reason.")


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"])
def test_a_moment_is_one_wherever_its_clock_stands(zone):
    assert refusal(assignment(zone), DUE.astimezone(ZoneInfo(zone))) is None
    assert refusal(assignment(zone), (DUE + SECOND).astimezone(ZoneInfo(zone))) == "closed"


def test_nothing_is_taken_before_the_assignment_opens():
    rules = assignment("Europe/Berlin", opens_at=DUE - DAY)
    assert refusal(rules, DUE - DAY - SECOND) == "not_open"
    assert refusal(rules, DUE - DAY) is None
    assert "opens at 2026-11-08 23:59:00 CET" in policy.standing(rules, None, (), DUE - 2 * DAY).refusal(DUE - 2 * DAY)[1]


def test_without_dates_everything_is_taken_and_nothing_is_late():
    dates = policy.window(assignment(due_at=None), None)
    assert dates.is_open(DUE + 1000 * DAY)
    assert (dates.is_late(DUE), dates.days_late(DUE)) == (False, 0)


def test_the_late_window_ends_at_its_own_moment():
    rules = assignment(late_until=DUE + 2 * DAY)
    assert refusal(rules, DUE + 2 * DAY) is None
    assert refusal(rules, DUE + 2 * DAY + SECOND) == "closed"


@pytest.mark.parametrize(("after", "days"), [
    (timedelta(0), 0), (SECOND, 1), (DAY, 1), (DAY + SECOND, 2), (10 * DAY, 10), (400 * DAY, 400)])
def test_each_day_begun_counts(after, days):
    assert policy.window(assignment(), None).days_late(DUE + after) == days


@pytest.mark.parametrize(("due", "at", "days"), [
    # the clocks go back on 25 October 2026: that day has 25 hours
    ("2026-10-24 23:59", "2026-10-25 23:59", 1),
    ("2026-10-24 23:59", "2026-10-26 00:00", 2),
    # the clocks go forward on 28 March 2027: that day has 23 hours
    ("2027-03-27 23:59", "2027-03-28 23:59", 1),
    ("2027-03-27 23:59", "2027-03-29 00:00", 2),
    # 02:30 comes twice on one day and never on the other
    ("2026-10-24 02:30", "2026-10-25 02:30", 1),
    ("2027-03-27 02:30", "2027-03-28 03:30", 1),
    ("2027-03-27 02:30", "2027-03-28 03:31", 2)])
def test_days_late_go_by_the_clock_on_the_courses_wall(due, at, days):
    dates = policy.window(assignment("Europe/Berlin", due_at=berlin(due)), None)
    assert dates.days_late(berlin(at)) == days


def test_the_hour_that_comes_twice_is_two_hours():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    rules = assignment("Europe/Berlin", due_at=first.astimezone(UTC))
    assert refusal(rules, first.astimezone(UTC)) is None
    assert refusal(rules, first.replace(fold=1).astimezone(UTC)) == "closed"


def test_an_extension_moves_the_due_date_and_the_late_window_behind_it():
    dates = policy.window(assignment(late_until=DUE + 2 * DAY), Extension(due_at=DUE + 3 * DAY))
    assert (dates.due_at, dates.late_until) == (DUE + 3 * DAY, DUE + 5 * DAY)
    assert dates.days_late(DUE + 3 * DAY) == 0


def test_an_extension_over_a_change_of_clocks_keeps_the_time_of_day():
    due = datetime(2026, 10, 20, 23, 59, tzinfo=BERLIN).astimezone(UTC)
    rules = assignment("Europe/Berlin", due_at=due, late_until=due + 2 * DAY)
    dates = policy.window(rules, Extension(due_at=datetime(2026, 10, 24, 23, 59, tzinfo=BERLIN).astimezone(UTC)))
    assert dates.late_until == datetime(2026, 10, 26, 23, 59, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(("extension", "due", "last"), [
    (Extension(due_at=DUE - 5 * DAY), DUE, DUE + DAY),
    (Extension(late_until=DUE + 4 * DAY), DUE, DUE + 4 * DAY),
    (Extension(late_until=DUE), DUE, DUE + DAY),
    (Extension(due_at=DUE + DAY, late_until=DUE + 9 * DAY), DUE + DAY, DUE + 9 * DAY),
    (Extension(due_at=DUE + DAY, late_until=DUE + DAY), DUE + DAY, DUE + 2 * DAY),
    (Extension(extra_attempts=1), DUE, DUE + DAY)])
def test_an_extension_takes_nothing_away(extension, due, last):
    dates = policy.window(assignment(late_until=DUE + DAY), extension)
    assert (dates.due_at, dates.late_until) == (due, last)


def test_a_late_window_that_ends_before_the_due_date_closes_nothing_early():
    assert policy.window(assignment(late_until=DUE - DAY), None).late_until == DUE


def test_an_assignment_that_only_ends_is_extended_too():
    dates = policy.window(assignment(due_at=None, late_until=DUE), Extension(due_at=DUE + DAY))
    assert dates.late_until == DUE + DAY


def test_attempts_run_out_and_an_extension_gives_more():
    rules, used = assignment(max_attempts=2), [attempt(submission=1), attempt(submission=2)]
    assert refusal(rules, DUE, used[:1]) is None
    assert refusal(rules, DUE, used) == "no_attempts_left"
    assert refusal(rules, DUE, used, Extension(extra_attempts=1)) is None
    assert policy.standing(rules, Extension(extra_attempts=1), used, DUE).left == 1


@pytest.mark.parametrize(("free", "used"), [
    (attempt(state=State.CANCELLED), 0), (attempt(state=State.BROKEN), 0), (attempt(status="broken"), 0),
    (attempt(number=2), 0), (attempt(state=State.QUEUED), 1), (attempt(state=State.RUNNING), 1), (attempt(status="timeout"), 1)])
def test_what_is_cancelled_broken_or_a_regrade_uses_up_nothing(free, used):
    assert policy.standing(assignment(max_attempts=9), None, [free], DUE).used == used


def test_between_two_submissions_lies_the_cool_down():
    rules, before = assignment(cooldown_s=60), [attempt(DUE - HOUR)]
    assert refusal(rules, DUE - HOUR + 59 * SECOND, before) == "cooldown"
    assert refusal(rules, DUE - HOUR + 60 * SECOND, before) is None
    standing = policy.standing(rules, None, before, DUE - HOUR + timedelta(seconds=58.2))
    assert "possible in 2 s" in standing.refusal(DUE - HOUR + timedelta(seconds=58.2))[1]


@pytest.mark.parametrize("state", [State.CANCELLED, State.BROKEN])
def test_nobody_waits_for_what_used_up_nothing(state):
    assert refusal(assignment(cooldown_s=60), DUE, [attempt(DUE, state)]) is None


@pytest.mark.parametrize(("days", "free", "left"), [(0, 0, 1), (1, 0, .9), (3, 0, .7), (3, 2, .9), (3, 5, 1), (11, 0, 0)])
def test_each_late_day_costs_its_part_and_never_more_than_all(days, free, left):
    rules = assignment(penalty_percent=10)
    assert policy.factor(rules, policy.window(rules, None), DUE + days * DAY, free) == pytest.approx(left)


@pytest.mark.parametrize(("visibility", "before", "after_due", "released"), [
    ("always", True, True, True), ("after_due", False, True, True), ("after_release", False, False, True),
    ("staff", False, False, False), ("unheard of", False, False, False)])
def test_when_a_check_is_shown(visibility, before, after_due, released):
    dates, last = policy.window(assignment(late_until=DUE + DAY), None), DUE + DAY
    assert policy.is_visible(visibility, dates, None, last, is_staff=False) is before
    assert policy.is_visible(visibility, dates, last + DAY, last + SECOND, is_staff=False) is after_due
    assert policy.is_visible(visibility, dates, last + DAY, last + DAY, is_staff=False) is released
    assert policy.is_visible(visibility, dates, None, DUE - DAY, is_staff=True)


def test_a_student_with_an_extension_sees_after_due_checks_when_their_own_time_is_over():
    dates = policy.window(assignment(), Extension(due_at=DUE + 3 * DAY))
    assert not policy.is_visible("after_due", dates, None, DUE + DAY, is_staff=False)
    assert policy.is_visible("after_due", dates, None, DUE + 3 * DAY + SECOND, is_staff=False)


def test_without_a_due_date_after_due_never_comes():
    assert not policy.is_visible("after_due", policy.window(assignment(due_at=None), None), None, DUE, is_staff=False)


BEST, LATEST = assignment(counting="best"), assignment(counting="latest")
EARLY, LATE = attempt(score=8, submission=1), attempt(score=10, submission=2)


@pytest.mark.parametrize(("rules", "attempts", "factors", "chosen"), [
    (BEST, [EARLY, LATE], {}, 2),
    (BEST, [EARLY, LATE], {1: 1, 2: .7}, 1),
    (LATEST, [EARLY, LATE], {1: 1, 2: .1}, 2),
    (BEST, [attempt(score=8, submission=1), attempt(score=8, submission=2)], {}, 2),
    (BEST, [attempt(score=8, submission=1), attempt(score=2, submission=1, number=2), attempt(score=3, submission=2)], {}, 2),
    (BEST, [attempt(score=0, submission=1)], {1: 0}, 1),
    (BEST, [EARLY, LATE, attempt(score=12, submission=1, number=2, counts=False)], {}, 2),
    (LATEST, [EARLY, attempt(score=9, submission=2, counts=False)], {}, 1),
    (LATEST, [EARLY, attempt(state=State.RUNNING, submission=2)], {}, 1)])
def test_which_submission_counts(rules, attempts, factors, chosen):
    assert policy.counting(rules, attempts, factors).submission_id == chosen


@pytest.mark.parametrize("rules", [BEST, LATEST])
def test_nothing_counts_before_something_is_graded(rules):
    assert policy.counting(rules, [attempt(state=State.QUEUED), attempt(state=State.BROKEN)], {}) is None


def test_of_equally_good_ones_the_least_late_counts():
    assert policy.counting(BEST, [EARLY, attempt(score=8, submission=2)], {}, {1: 0, 2: 1}).submission_id == 1
