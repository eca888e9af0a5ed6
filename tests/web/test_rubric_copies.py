"""Copies of rubrics: between assignments, from another course in which one is staff, and with a clone of a course."""

import pytest
from django.urls import reverse

from grader.errors import GraderError
from grader.web import clones, rubric_copies, rubrics
from grader.web.clones import Wish
from grader.web.models import Entry, Membership, RubricItem, RubricTick
from tests.web.pages_ground import graded, handed_in, open_assignment, text_of, today

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(ta, course):
    return Membership.objects.select_related("course", "user").get(user=ta)


@pytest.fixture
def source(course, member, alice):
    """An assignment with three items, of which one is ticked and one retired."""
    made = open_assignment(course)
    items = [rubrics.add(made, rubrics.Said(n, p, f"About {n}."), member) for n, p in (("Drawn", 1), ("Gone", 2), ("Copied", -1))]
    rubrics.tick(graded(handed_in(made, alice)).submission, items[0], member, today())
    rubrics.retire(items[1], member, today())
    return made


def told(assignment):
    return [(i.name, i.points, i.description) for i in assignment.rubric.order_by("position")]


def test_what_is_offered_is_copied_in_order_and_what_is_there_stays(source, course, member):
    target = open_assignment(course, "logistic")
    rubrics.add(target, rubrics.Said("copied", 5), member)
    assert rubric_copies.copy(source, target, member) == (1, 1)
    assert told(target) == [("copied", 5, ""), ("Drawn", 1, "About Drawn.")]
    assert rubric_copies.copy(source, target, member) == (0, 2)
    assert RubricTick.objects.count() == 1
    assert [e.after["items"] for e in Entry.objects.filter(action="rubric.copy")] == [["Drawn"]]


def test_more_than_may_be_is_refused_and_nothing_is_copied(source, course, member):
    target = open_assignment(course, "logistic")
    RubricItem.objects.bulk_create([RubricItem(assignment=target, name=str(n), points=1) for n in range(rubrics.MOST - 1)])
    with pytest.raises(GraderError, match="101 items"):
        rubric_copies.copy(source, target, member)
    assert target.rubric.count() == rubrics.MOST - 1


def test_the_page_copies_from_courses_in_which_one_is_staff_alone(source, course, other_course, ta, other_ta, logged_in):
    theirs = open_assignment(other_course, "logistic")
    copying = reverse("rubric_copy", args=[other_course.slug, "logistic"])
    stranger = logged_in(other_ta)
    assert "Or copy" not in text_of(stranger.get(reverse("rubric", args=[other_course.slug, "logistic"])))
    for said in (source.pk, "", "x", "9" * 40):
        answer = stranger.post(copying, {"from": said})
        assert answer.status_code == 422
        assert "Choose an assignment" in text_of(answer)
    assert not theirs.rubric.exists()
    Membership.objects.create(course=other_course, user=ta, role="ta")
    assert "Deep learning 2026 (2)" in text_of(logged_in(ta).get(reverse("rubric", args=[other_course.slug, "logistic"])))
    assert "2 items copied" in text_of(logged_in(ta).post(copying, {"from": source.pk}, follow=True))
    assert [name for name, _, _ in told(theirs)] == ["Drawn", "Copied"]


def test_a_clone_has_the_rubrics_and_no_ticks(source, course, instructor):
    made = clones.clone(course, Wish("dl-2027", "Deep learning 2027", 364), by=instructor)
    assert told(made.assignments.get()) == [("Drawn", 1, "About Drawn."), ("Copied", -1, "About Copied.")]
    assert Entry.objects.get(action="course.clone").after["rubric items"] == 2
    assert RubricTick.objects.count() == 1
