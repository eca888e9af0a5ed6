"""A course for a new term: assignments, rules and dates, moved on the clock on the wall, and nobody's work."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from grader.errors import GraderError
from grader.web import clones
from grader.web.clones import Wish
from grader.web.models import Assignment, Course, Entry, Membership, Submission
from grader.web.times import read_zone
from tests.web.pages_ground import handed_in, open_assignment, text_of

pytestmark = pytest.mark.django_db
WISH = Wish("dl-2027", "Deep learning 2027", 364)


def test_the_time_of_day_stays_whatever_the_clocks_do():
    berlin = read_zone("Europe/Berlin")
    autumn = datetime(2026, 10, 20, 21, 59, tzinfo=UTC)  # 23:59 in summer time
    assert clones.moved(autumn, 7, berlin) == datetime(2026, 10, 27, 22, 59, tzinfo=UTC)
    assert clones.moved(clones.moved(autumn, 7, berlin), -7, berlin) == autumn
    assert clones.moved(None, 7, berlin) is None


def test_a_clone_has_the_assignments_and_rules_and_nobodys_work(course, alice, ta, instructor):
    was = open_assignment(course, penalty_percent=20, max_attempts=5, cooldown_s=60, counting="latest",
                          released_at=datetime.now(UTC))
    handed_in(was, alice)
    made = clones.clone(course, WISH, by=instructor)
    now = Assignment.objects.get(course=made)
    assert (now.due_at - was.due_at).days == 364
    assert (now.opens_at - was.opens_at).days == 364
    kept = ("slug", "title", "version", "penalty_percent", "max_attempts", "cooldown_s", "counting", "position", "late_until")
    assert [getattr(now, k) for k in kept] == [getattr(was, k) for k in kept]
    assert now.released_at is None
    assert list(made.memberships.values_list("user__username", "role")) == [("ines", "instructor")]
    assert Submission.objects.count() == 1
    assert (made.time_zone, made.late_days) == (course.time_zone, course.late_days)
    assert Entry.objects.get(action="course.clone").after["assignments"] == ["linear-zero"]


def test_staff_are_taken_over_where_that_is_asked_for(course, alice, ta, instructor):
    made = clones.clone(course, Wish("dl-2027", "Deep learning 2027", 0, has_staff=True), by=instructor)
    assert set(made.memberships.values_list("user__username", "role")) == {("ines", "instructor"), ("tessa", "ta")}


@pytest.mark.parametrize("wish", [Wish("", "x", 0), Wish("x", "", 0), Wish("dl-2026", "taken", 0), Wish("no slug", "x", 0),
                                  Wish("x", "x", 100_000)])
def test_what_cannot_be_is_refused_and_nothing_is_made(wish, course, instructor):
    open_assignment(course)
    with pytest.raises(GraderError):
        clones.clone(course, wish, by=instructor)
    assert (Course.objects.count(), Assignment.objects.count()) == (1, 1)


def test_the_page_shows_the_dates_first_and_then_makes_the_course(course, instructor, logged_in):
    open_assignment(course, due_at=datetime(2026, 11, 30, 12, tzinfo=UTC))
    client, page = logged_in(instructor), reverse("clone", args=[course.slug])
    assert "Mon 30 Nov 2026, 12:00" in text_of(client.get(page))
    said = {"slug": "dl-2027", "title": "Deep learning 2027", "days": "+364"}
    assert "Mon 29 Nov 2027, 12:00" in text_of(client.post(page, said | {"preview": "yes"}))
    assert Course.objects.count() == 1
    assert client.post(page, said | {"days": "a year"}).status_code == 422
    answer = client.post(page, said)
    assert answer.url == reverse("course", args=["dl-2027"])
    assert Membership.objects.get(course__slug="dl-2027").user == instructor
