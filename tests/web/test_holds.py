"""Holding one student's grade back: who does it, that its student sees nothing of it anywhere, and that it is lifted again."""

import csv
import io

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from grader.web import adjustments, holds, specs
from grader.web.adjustments import Given
from grader.web.models import Entry, Hold, Membership
from tests.web.pages_ground import graded, handed_in, open_assignment, page_of, text_of, verdict

pytestmark = pytest.mark.django_db
SECRET = ("3.5", "of 4", "2 of", "printed text", "fine plot", "because of a sign")  # not to be read while it is held


@pytest.fixture
def attempt(alice, ta, course):
    """Alice's attempt with 2 of 4 points, and 1.5 points by hand."""
    found = graded(handed_in(open_assignment(course), alice), verdict("predict"),
                   verdict("train", passed=False, because="because of a sign"), stdout="printed text")
    member = Membership.objects.get(user=ta, course=course)
    adjustments.give(found.submission.assignment, alice, member, Given(1.5, comment="A fine plot"), specs.now())
    return found


@pytest.fixture
def address(attempt, course, alice):
    return reverse("hold", args=[course.slug, "linear-zero", alice.username])


@pytest.fixture
def held(attempt, address, ta, logged_in):
    """It is held back by the TA, who suspects something."""
    assert logged_in(ta).post(address, {"deed": "hold", "reason": "as like as twins"}).status_code == 302
    return Hold.objects.get()


def pages(attempt):
    assignment = attempt.submission.assignment
    return [reverse("course", args=["dl-2026"]), page_of(assignment), reverse("attempt", args=[attempt.pk]),
            reverse("result", args=[attempt.pk]), f"{page_of(assignment, 'compare')}?before={attempt.pk}&after={attempt.pk}"]


def test_its_student_reads_on_no_page_what_is_held(attempt, held, alice, logged_in):
    student = logged_in(alice)
    for page in pages(attempt):
        said = text_of(student.get(page))
        assert "held back" in said, page
        assert "twins" not in said
        assert not [word for word in SECRET if word in said], (page, said)
    assert student.get(reverse("check", args=[attempt.pk, "predict"])).status_code == 404


def test_the_api_and_its_file_give_neither_score_nor_report(attempt, held, alice, logged_in):
    student = logged_in(alice)
    [grade] = student.get("/api/v1/courses/dl-2026/grades/mine").json()
    assert (grade["score"], grade["attempt"], grade["is_held"]) == (None, None, True)
    [row] = csv.DictReader(io.StringIO(student.get("/api/v1/courses/dl-2026/grades/mine?form=csv").content.decode()))
    assert row["score"] == ""
    told = student.get(f"/api/v1/attempts/{attempt.pk}").json()
    assert (told["score"], told["points"], told["report"], told["is_held"]) == (None, None, None, True)
    assert told["hidden"] == [{"count": 2, "points": 4, "when": "when staff no longer hold the grade back"}]
    assert [a["score"] for a in student.get("/api/v1/attempts").json()] == [None]
    asked = student.get("/api/v1/courses/dl-2026/assignments/linear-zero").json()
    assert (asked["score"], asked["is_held"]) == (None, True)
    refused = student.post(f"/api/v1/attempts/{attempt.pk}/requests", {"check": "predict", "text": "Why?"}, "application/json")
    assert refused.status_code == 422


def test_another_assignment_of_the_student_and_other_students_are_not_held(attempt, held, alice, bob, course, logged_in):
    other = graded(handed_in(open_assignment(course, "logistic"), alice))
    assert "2 of 4 points" in text_of(logged_in(alice).get(reverse("attempt", args=[other.pk])))
    theirs = graded(handed_in(attempt.submission.assignment, bob))
    assert "2 of 4 points" in text_of(logged_in(bob).get(reverse("attempt", args=[theirs.pk])))


def test_staff_see_all_of_it_and_that_it_is_held(attempt, held, ta, course, logged_in):
    client = logged_in(ta)
    for page in (reverse("attempt", args=[attempt.pk]), reverse("student", args=[course.slug, "alice"])):
        said = text_of(client.get(page))
        assert "held back" in said
        assert "as like as twins" in said
        assert "2 of 4" in said
    book = text_of(client.get(reverse("gradebook", args=[course.slug])))
    assert "3.5 by hand held back" in book
    assert "No student is like that." in text_of(client.get(reverse("gradebook", args=[course.slug]) + "?state=none"))
    assert "Alice" in text_of(client.get(reverse("gradebook", args=[course.slug]) + "?state=held"))


def test_lifted_it_is_as_before_and_both_stand_in_the_log(attempt, held, address, alice, instructor, logged_in):
    client = logged_in(instructor)
    assert client.post(address, {"deed": "lift"}).url.endswith(f"#a{held.assignment_id}")
    assert "The grade was not held back." in text_of(client.post(address, {"deed": "lift"}, follow=True))
    assert "3.5 of 4 points" in text_of(logged_in(alice).get(page_of(held.assignment)))
    entries = Entry.objects.filter(action__startswith="grade.").order_by("pk").values_list("action", "actor__username", "reason")
    assert list(entries) == [("grade.hold", "tessa", "as like as twins"), ("grade.lift", "ines", "")]
    held.refresh_from_db()
    assert held.lifted_by == instructor


def test_it_wants_a_reason_and_keeps_what_was_written(attempt, address, ta, logged_in):
    answer = logged_in(ta).post(address, {"deed": "hold", "reason": "  "})
    assert answer.status_code == 422
    assert "Say why the grade is held back" in text_of(answer)
    answer = logged_in(ta).post(address, {"deed": "hold", "reason": "x" * 501})
    assert "at most 500" in text_of(answer)
    assert "x" * 501 in answer.content.decode()
    assert not Hold.objects.exists()


def test_it_is_held_once_however_often_it_is_asked_for(attempt, held, address, ta, logged_in):
    answer = logged_in(ta).post(address, {"deed": "hold", "reason": "again"}, follow=True)
    assert "It was held back before." in text_of(answer)
    assert Hold.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.create(assignment=held.assignment, student=held.student, reason="r", at=specs.now())


def test_it_leads_back_to_the_attempt_it_was_asked_from_and_to_no_other(attempt, address, bob, ta, logged_in):
    client = logged_in(ta)
    where = reverse("attempt", args=[attempt.pk])
    assert client.post(address, {"deed": "hold", "reason": "r", "attempt": attempt.pk}).url == f"{where}#by-hand"
    theirs = graded(handed_in(attempt.submission.assignment, bob))
    for wrong in (theirs.pk, "x", "9" * 30):
        assert "/gradebook/alice/" in client.post(address, {"deed": "lift", "attempt": wrong}).url


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "other_ta"])
def test_nobody_but_the_courses_staff_holds_or_lifts(who, attempt, address, logged_in, request):
    client = logged_in(request.getfixturevalue(who))
    assert client.post(address, {"deed": "hold", "reason": "r"}).status_code == 404
    assert not Hold.objects.exists()


def test_nobody_holds_their_own_grade(ta, course, attempt, logged_in):
    own = reverse("hold", args=[course.slug, "linear-zero", ta.username])
    assert logged_in(ta).post(own, {"deed": "hold", "reason": "r"}).status_code == 404


def test_many_are_looked_up_at_once(attempt, held, bob, django_assert_num_queries):
    assignment = attempt.submission.assignment
    with django_assert_num_queries(1):
        found = holds.of([assignment], [held.student_id, bob.pk])
    assert set(found) == {(assignment.pk, held.student_id)}
