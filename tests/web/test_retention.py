"""How long evidence is kept: what goes, what stays, and what is said of it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grader.web import leftovers, regrade_requests, retention, specs
from grader.web.models import Attempt, Course, Entry, Membership, Regrade, RegradeItem, RegradeRequest
from grader.web.regrade_requests import Message
from tests.web.evidence_ground import with_evidence
from tests.web.pages_ground import graded, handed_in, open_assignment, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(course, alice):
    """An attempt that was graded forty days ago, in a course that keeps evidence for thirty."""
    Course.objects.filter(pk=course.pk).update(evidence_days=30)
    course.refresh_from_db()
    made = with_evidence(graded(handed_in(open_assignment(course), alice)))
    Attempt.objects.filter(pk=made.pk).update(finished_at=specs.now() - timedelta(days=40))
    made.refresh_from_db()
    return made


def evidence_of(attempt):
    return attempt.manifest["runs"][0]["content"]


def test_old_evidence_goes_and_all_else_stays(attempt, course):
    assert retention.forget(course, specs.now()) == 1
    assert leftovers.clear(specs.now()) == 1
    names = specs.objects().names()
    assert evidence_of(attempt) not in names
    assert {attempt.report, attempt.submission.content} <= set(names)
    after = Attempt.objects.get(pk=attempt.pk)
    assert (after.score, after.state, after.manifest) == (attempt.score, attempt.state, attempt.manifest)
    assert retention.forget(course, specs.now()) == 0
    told = Entry.objects.get(action="evidence.forget").after
    assert told == {"attempts": 1, "from": attempt.pk, "to": attempt.pk, "days": 30}


@pytest.mark.parametrize(("days", "age"), [(None, 4000), (41, 40), (30, 29)])
def test_without_a_time_and_before_it_nothing_goes(days, age, attempt, course):
    Course.objects.update(evidence_days=days)
    Attempt.objects.update(finished_at=specs.now() - timedelta(days=age))
    assert retention.forget(Course.objects.get(pk=course.pk), specs.now()) == 0


def test_what_an_open_request_needs_waits_until_it_is_answered(attempt, course, alice):
    regrade_requests.write(attempt, "predict", Membership.objects.get(user=alice), Message("look again"), specs.now())
    assert retention.forget(course, specs.now()) == 0
    RegradeRequest.objects.update(state="declined")
    assert retention.forget(course, specs.now()) == 1


@pytest.mark.parametrize(("state", "ended", "waits"), [
    ("running", None, True), ("ready", 1, True), ("ready", 31, False), ("cancelled", 1, False)])
def test_what_a_regrade_under_way_needs_waits(state, ended, waits, attempt, course):
    now = specs.now()
    made = Regrade.objects.create(assignment=attempt.submission.assignment, version=attempt.version, created_at=now, state=state,
                                  finished_at=now - timedelta(days=ended) if ended else None)
    RegradeItem.objects.create(regrade=made, old=attempt)
    assert retention.forget(course, now) == (0 if waits else 1)


def test_evidence_that_another_attempt_names_stays_until_that_one_lets_go(attempt, course):
    again = Attempt.objects.create(
        submission=attempt.submission, number=2, version=attempt.version, seed=1, state="done", created_at=specs.now(),
        finished_at=specs.now(), report=attempt.report, manifest=attempt.manifest)
    assert retention.forget(course, specs.now()) == 1
    assert leftovers.clear(specs.now()) == 0
    assert evidence_of(attempt) in specs.objects().names()
    Attempt.objects.filter(pk=again.pk).update(finished_at=specs.now() - timedelta(days=31))
    assert retention.forget(course, specs.now()) == 1
    assert leftovers.clear(specs.now()) == 1
    assert evidence_of(attempt) not in specs.objects().names()


def test_it_goes_in_small_steps(attempt, course, monkeypatch):
    for k in range(2, 5):
        Attempt.objects.create(submission=attempt.submission, number=k, version=attempt.version, seed=1, state="done",
                               created_at=specs.now(), finished_at=attempt.finished_at, manifest=attempt.manifest)
    monkeypatch.setattr(retention, "STEP", 3)
    assert [retention.forget(course, specs.now()) for _ in range(3)] == [3, 1, 0]


def test_another_course_is_left_alone(attempt, other_course):
    assert retention.forget(other_course, specs.now()) == 0


def test_pages_say_how_long_and_what_is_gone(attempt, course, alice, instructor, logged_in):
    retention.forget(course, specs.now())
    leftovers.clear(specs.now())
    assert "Evidence is kept for 30 days" in text_of(logged_in(alice).get(reverse("course", args=[course.slug])))
    client = logged_in(instructor)
    asked = reverse("regrade_new", args=[course.slug]) + "?assignment=linear-zero"
    assert "1 submission can no longer be judged from evidence" in text_of(client.get(asked))
    assert "It can't be read any more" in text_of(client.get(reverse("evidence", args=[attempt.pk])))


def test_an_instructor_sets_the_time_and_takes_it_back(course, instructor, logged_in):
    client, page = logged_in(instructor), reverse("course_settings", args=[course.slug])
    said = {"title": course.title, "time_zone": "UTC", "late_days": 0}
    assert client.post(page, said | {"evidence_days": 0}).status_code == 422
    assert client.post(page, said | {"evidence_days": 90}).status_code == 302
    assert Course.objects.get(pk=course.pk).evidence_days == 90
    entry = Entry.objects.get(action="course.change")
    assert (entry.before, entry.after) == ({"evidence_days": None}, {"evidence_days": 90})
    assert client.post(page, said | {"evidence_days": ""}).status_code == 302
    assert Course.objects.get(pk=course.pk).evidence_days is None
