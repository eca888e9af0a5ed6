"""Statistics: what is counted, of whom, and whose the pages are."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from grader.diagnose import Diagnosis
from grader.web import statistics
from grader.web.models import Alarm, Attempt, Digest, Membership
from tests.web.pages_ground import graded, handed_in, open_assignment, text_of, today, verdict
from worker.sweeper import look_after_courses

pytestmark = pytest.mark.django_db


def used(name, share, **more):
    return verdict(name, **more).model_copy(update={"used": share})


@pytest.fixture
def assignment(course):
    return open_assignment(course)


@pytest.fixture
def see(ta, course, logged_in):
    client = logged_in(ta)
    return lambda *slug: client.get(reverse("assignment_statistics" if slug else "statistics", args=[course.slug, *slug]))


@pytest.fixture
def hand_in(assignment):
    """Let somebody hand in what comes to these checks."""
    def make(user, *checks, **told):
        number = assignment.submissions.count()
        return graded(handed_in(assignment, user, f"x = {number}\n".encode()), *checks, **told)
    return make


@pytest.fixture
def crowd(person, course):
    return lambda count: [person(f"student-{k}", course) for k in range(count)]


def test_scores_are_those_that_count_of_the_students_of_today(alice, bob, ta, course, assignment, hand_in):
    hand_in(alice, verdict("a"), verdict("b", passed=False))
    hand_in(alice, verdict("a"), verdict("b"))
    hand_in(bob, verdict("a", points=10.0))
    hand_in(ta, verdict("a", points=9.0))
    [spread] = statistics.spreads(course)
    assert (spread.students, spread.mean, spread.median, spread.full) == (2, 7.0, 7.0, 1)
    assert spread.columns == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    assert sorted(statistics.totals(course)) == [4.0, 10.0]
    Membership.objects.filter(user=bob).update(is_active=False)
    assert statistics.totals(course) == [4.0]


def test_a_check_is_told_by_the_attempt_that_counts_of_each(crowd, assignment, hand_in):
    for k, user in enumerate(crowd(12)):
        hand_in(user, verdict("a", passed=False), verdict("b", passed=False), verdict("c", passed=False))
        hand_in(user, verdict("a", passed=k >= 4), used("b", 0.5 if k >= 6 else 1.5, passed=k >= 6), verdict("c"))
    a, b, c = statistics.checks(assignment)
    assert [(x.name, x.count, x.passed) for x in (a, b, c)] == [("a", 12, 8), ("b", 12, 6), ("c", 12, 12)]
    assert a.discrimination == pytest.approx(0.7071, abs=1e-3)
    assert c.discrimination is None
    assert (sum(b.passed_margins), sum(b.failed_margins)) == (6, 6)
    assert b.failed_margins[9] == 6


def test_an_alarm_is_raised_when_right_looking_submissions_fail_one_check_and_ends_with_them(crowd, course, hand_in, see):
    users = crowd(10)
    for k, user in enumerate(users):
        hand_in(user, verdict("a"), used("b", 1.1 if k < 4 else 0.5, passed=k >= 4))
    look_after_courses()
    alarm = Alarm.objects.get()
    assert (alarm.name, alarm.right, alarm.failed) == ("b", 10, 4)
    assert "alarm: b" in text_of(see())
    assert "Alarm: b is failed by 4 of 10 attempts that look right to it" in text_of(see("linear-zero"))
    for user in users[:4]:
        hand_in(user, verdict("a"), used("b", 0.5))
    look_after_courses()
    assert not Alarm.objects.exists()
    assert "alarm: b" not in text_of(see())


def test_a_known_mistake_raises_no_alarm_and_is_counted_by_day(crowd, assignment, hand_in, see):
    told = {"diagnosis": Diagnosis(mistake="wrong-sign", about="the sign", hint="Turn it.", confidence=0.99)}
    users = crowd(5)
    for user in [*users, users[0]]:
        hand_in(user, verdict("a"), used("b", 1.1, passed=False), update=told)
    Digest.objects.filter(student=users[4]).update(day=date(2026, 1, 1))
    [found] = statistics.mistakes(assignment)
    assert (found.name, found.attempts, found.students) == ("wrong-sign", 6, 5)
    assert sorted(found.days.values()) == [1, 5]
    assert statistics.look_out(assignment) == 0
    assert "wrong-sign 6 5" in text_of(see("linear-zero"))


def test_what_counts_for_nothing_is_no_mistake_of_the_class(alice, assignment, hand_in):
    attempt = handed_in(assignment, alice)
    Attempt.objects.filter(pk=attempt.pk).update(counts=False)
    graded(attempt, update={"diagnosis": Diagnosis(mistake="wrong-sign", about="s", hint="t", confidence=0.99)})
    assert statistics.mistakes(assignment) == []


def test_days_have_no_gaps_and_are_not_endless():
    days = statistics.days_between({date(2026, 11, 1): 1, date(2026, 11, 4): 1})
    assert days == [date(2026, 11, d) for d in (1, 2, 3, 4)]
    assert len(statistics.days_between({date(2020, 1, 1): 1, date(2026, 1, 1): 1})) == statistics.MOST_DAYS
    assert statistics.days_between({}) == []


def test_waiting_work_and_gpu_minutes_are_added_up_by_day(alice, assignment, hand_in):
    for wait_s, busy_s in ((1, 10), (100, 20)):
        attempt = hand_in(alice, update={"provenance": {"device": "cuda", "seconds": 30.0}})
        Digest.objects.filter(pk=attempt.pk).update(wait_bin=statistics.figures.wait_bin(wait_s), busy_s=busy_s)
    days, waits = statistics.over_time([assignment])
    assert days.attempts == [2]
    assert days.busy_h == [pytest.approx(30 / 3600)]
    assert days.gpu_min == [1.0]
    assert 1 <= waits.half_s <= 1.25
    assert 100 <= waits.most_s <= 125


def test_what_was_judged_again_without_running_neither_waited_nor_kept_a_worker_busy(alice, assignment, hand_in):
    first, again = (hand_in(alice) for _ in range(2))
    Digest.objects.filter(pk=first.pk).update(busy_s=3.0)
    Digest.objects.filter(pk=again.pk).update(busy_s=0.0)
    _, waits = statistics.over_time([assignment])
    assert waits.attempts == 1


def test_the_pages_say_it_all_with_a_table_behind_each_picture(crowd, assignment, hand_in, see):
    for k, user in enumerate(crowd(3)):
        hand_in(user, used("a", 0.1 * k), verdict("b", passed=k > 0))
    for answer in (see(), see("linear-zero")):
        body = answer.content.decode()
        assert body.count("<svg") == body.count("<figure>") == body.count('<table class="numbers">') >= 4
        ids = re.findall(r' id="([^"]+)"', body)
        assert len(ids) == len(set(ids))
    assert "2 of 3 (67%)" in text_of(see("linear-zero"))


def test_where_nothing_is_graded_the_pages_say_so(course, see):
    assert "No assignment is set yet." in text_of(see())
    open_assignment(course)
    assert "Nothing is graded yet." in text_of(see())
    assert "Nothing is graded yet." in text_of(see("linear-zero"))
    assert see("logistic").status_code == 404


@pytest.mark.parametrize("slug", [(), ("linear-zero",)])
def test_queries_are_few_however_much_there_is(slug, crowd, course, see, hand_in, django_assert_max_num_queries):
    open_assignment(course, "logistic")
    for user in crowd(12):
        for _ in range(2):
            hand_in(user, used("a", 0.5), verdict("b", passed=False))
    see(*slug)
    with django_assert_max_num_queries(16):
        assert see(*slug).status_code == 200


def test_a_name_that_is_hostile_is_text(alice, course, assignment, hand_in, see):
    hand_in(alice, verdict("<script>alert(1)</script>"), verdict("b"))
    assert "<script>alert" not in see("linear-zero").content.decode()
    assert today() - assignment.opens_at > timedelta(0)
