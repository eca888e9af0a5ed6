"""Attempts that don't count: no score rests on them, and their student doesn't see them."""

import pytest
from django.urls import reverse

from grader.web import grades
from grader.web.models import Attempt
from tests.web.pages_ground import graded, handed_in, open_assignment, page_of, text_of, today, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(alice, course):
    """A second grading of Alice's attempt that doesn't count and came out better; with 2 of 4 points in the first."""
    first = graded(handed_in(open_assignment(course), alice))
    waiting = Attempt.objects.create(submission=first.submission, number=2, version=first.version, seed=first.seed, priority=1,
                                     counts=False, created_at=today())
    return graded(waiting, verdict("predict"), verdict("train"))


def test_no_score_rests_on_it_before_it_is_promoted(other, alice, course, logged_in):
    [student] = grades.of_all(course)
    assert student.total == 2
    assert "2 of 4" in text_of(logged_in(alice).get(reverse("course", args=[course.slug])))
    Attempt.objects.filter(pk=other.pk).update(counts=True)
    [student] = grades.of_all(course)
    assert student.total == 4


def test_its_student_does_not_see_it_and_staff_do(other, alice, ta, logged_in):
    page, student = reverse("attempt", args=[other.pk]), logged_in(alice)
    assert student.get(page).status_code == 404
    assert page not in student.get(page_of(other.submission.assignment)).content.decode()
    assert [a["number"] for a in student.get("/api/v1/attempts").json()] == [1]
    assert [a["number"] for a in student.get("/api/v1/courses/dl-2026/assignments/linear-zero/attempts").json()] == [1]
    assert page not in student.get(reverse("attempt", args=[other.submission.attempts.get(number=1).pk])).content.decode()
    assert "4 of 4 points" in text_of(logged_in(ta).get(page))
    assert page in logged_in(ta).get(reverse("student", args=["dl-2026", "alice"])).content.decode()


def test_it_takes_no_place_among_those_a_student_may_have_waiting(other, alice):
    assignment = other.submission.assignment
    for number in range(3, 10):
        Attempt.objects.create(submission=other.submission, number=number, version=other.version, seed=1, priority=1,
                               counts=False, created_at=today())
    assert handed_in(assignment, alice, b"x = 1\n").submission.number == 2
