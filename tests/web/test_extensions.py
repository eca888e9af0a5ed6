"""Extensions and standing accommodations: who gives them, what they change, and that both together give the later date."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grader.web import accommodations, allowances, courses, grades, intake, policy, reports
from grader.web.accommodations import Given
from grader.web.models import Accommodation, Entry, Extension, Membership
from tests.web.pages_ground import graded, handed_in, hiding, open_assignment, text_of, today, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(instructor, course, logged_in):
    client = logged_in(instructor)
    return lambda name, *args, **said: client.post(reverse(name, args=[course.slug, *args]), said)


def window_of(assignment, user):
    return policy.window(assignment, allowances.one(assignment, user))


def test_an_extension_is_given_by_the_courses_clock_and_taken_back(send, alice, assignment, instructor):
    answer = send("extension_give", student="ALICE", assignment=assignment.pk, due_at="2026-11-12T12:00", extra_attempts=1,
                  reason="was ill")
    assert answer.status_code == 302
    given = Extension.objects.get(user=alice)
    assert (given.due_at.isoformat(), given.extra_attempts, given.given_by) == ("2026-11-12T12:00:00+00:00", 1, instructor)
    assert "was ill" in text_of(send("extension_give").client.get(reverse("extensions", args=["dl-2026"])))
    send("extension_withdraw", given.pk)
    assert not Extension.objects.exists()
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == ["extension.give", "extension.withdraw"]
    assert Entry.objects.first().before["extra_attempts"] == 1


@pytest.mark.parametrize(("said", "told"), [
    ({"student": "carol", "due_at": "2026-11-12T12:00"}, "Nobody in this course"), ({}, "Say until when"),
    ({"due_at": "2026-11-03T12:00"}, "no later than everybody"), ({"due_at": "soon"}, "write it as"),
    ({"extra_attempts": -1}, "greater than")])
def test_what_gives_nothing_or_can_not_be_read_is_refused(send, alice, carol, assignment, said, told):
    answer = send("extension_give", **{"student": "alice", "assignment": assignment.pk, "extra_attempts": 0} | said)
    assert answer.status_code == 422
    assert told in answer.content.decode().replace("&#x27;", "'")
    assert not Extension.objects.exists()


def test_an_assignment_of_another_course_is_none(send, alice, other_course):
    foreign = open_assignment(other_course)
    assert send("extension_give", student="alice", assignment=foreign.pk, extra_attempts=1).status_code == 422


def test_a_ta_sees_what_is_given_and_gives_nothing(alice, ta, assignment, course, logged_in):
    Accommodation.objects.create(course=course, user=alice, days=3, reason="a job")
    client = logged_in(ta)
    said = client.get(reverse("extensions", args=[course.slug]))
    assert "3 days more." in text_of(said)
    assert "<form" not in said.content.decode().split("<main")[1]
    assert client.post(reverse("accommodate", args=[course.slug]), {"student": "alice", "days": 1}).status_code == 404


def test_an_accommodation_moves_every_date_of_one_student(send, alice, bob, assignment, course):
    assert send("accommodate", student="alice", days=3, attempts_percent=0, reason="a job").status_code == 302
    assert window_of(assignment, alice).due_at == assignment.due_at + timedelta(days=3)
    assert window_of(assignment, alice).late_until == assignment.late_until + timedelta(days=3)
    assert window_of(assignment, bob).due_at == assignment.due_at
    send("accommodation_end", Accommodation.objects.get().pk)
    assert window_of(assignment, alice).due_at == assignment.due_at
    assert set(Entry.objects.values_list("action", flat=True)) == {"accommodation.give", "accommodation.withdraw"}
    assert send("accommodate", student="alice", days=0, attempts_percent=0).status_code == 422


def test_days_are_those_of_the_clock_on_the_wall(alice, assignment, course, instructor):
    course.time_zone = "Europe/Berlin"
    course.save()
    assignment.refresh_from_db()
    assignment.due_at = assignment.late_until = assignment.due_at.replace(month=10, day=24)  # the night before the clocks change
    accommodations.give(course, alice, Given(days=2), by=instructor)
    assert window_of(assignment, alice).due_at == assignment.due_at + timedelta(days=2, hours=1)


def test_with_an_extension_the_later_date_counts_and_attempts_add_up(alice, assignment, course, instructor):
    assignment.max_attempts = 5
    accommodations.give(course, alice, Given(days=3, attempts_percent=50), by=instructor)
    courses.extend(assignment, alice, by=instructor, due_at=assignment.due_at + timedelta(days=1), extra_attempts=2)
    given = allowances.one(assignment, alice)
    assert given.due_at == assignment.due_at + timedelta(days=3)
    assert given.extra_attempts == 2 + 3


def test_the_cool_down_goes_for_whoever_has_none(alice, bob, course, instructor):
    assignment = open_assignment(course, cooldown_s=3600)
    accommodations.give(course, alice, Given(is_cooldown_free=True), by=instructor)
    for student in (alice, bob):
        handed_in(assignment, student)
    assert intake.standing(assignment, alice, today()).refusal(today()) is None
    assert intake.standing(assignment, bob, today()).refusal(today())[0] == "cooldown"


def test_scores_pages_and_reports_go_by_it(alice, ta, course, instructor, tmp_path, logged_in):
    late = hiding(course, tmp_path, "few_steps", due_at=today() - timedelta(hours=1), late_until=today() + timedelta(days=5),
                  penalty_percent=50)
    attempt = graded(handed_in(late, alice), verdict(points=4.0), verdict("few_steps", visibility="after_due"))
    assert grades.of_all(course)[0].scores["linear-zero"] == 3.0
    late.late_until = None
    late.save()
    member = Membership.objects.get(user=alice)
    assert reports.shown(attempt, member, today()).hidden == ()
    accommodations.give(course, alice, Given(days=2, is_cooldown_free=True), by=instructor, reason="a job")
    assert grades.of_all(course)[0].scores["linear-zero"] == 6.0
    assert reports.shown(attempt, member, today()).hidden != ()  # the due date of this student is to come
    page = logged_in(ta).get(reverse("student", args=[course.slug, "alice"]))
    assert "Always: 2 days more. No cool-down. a job" in text_of(page)


def test_its_queries_are_few_however_much_is_given(
        person, assignment, course, instructor, logged_in, django_assert_max_num_queries):
    for k in range(20):
        user = person(f"student-{k}", course)
        accommodations.give(course, user, Given(days=1), by=instructor)
        courses.extend(assignment, user, by=instructor, extra_attempts=1)
    client = logged_in(instructor)
    with django_assert_max_num_queries(9):
        assert client.get(reverse("extensions", args=[course.slug])).status_code == 200
