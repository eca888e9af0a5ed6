"""Who gets which objects: what is not one's own is not found, and looks like what is not there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.test import RequestFactory

from grader.web import access
from grader.web.models import Attempt, Course, Membership, Role, Submission

pytestmark = pytest.mark.django_db
STRANGERS = ["carol", "other_ta"]


@pytest.fixture
def attempt(assignment, alice, now):
    made = Submission.objects.create(assignment=assignment, user=alice, number=1, name="a.py", content="0" * 64, size=1,
                                     received_at=now)
    return Attempt.objects.create(submission=made, version=assignment.version, seed=1, created_at=now)


def is_found(look, *args):
    try:
        look(*args)
    except Http404:
        return False
    return True


@pytest.mark.parametrize(("who", "found"), [("alice", True), ("bob", False), ("carol", False), ("ta", True), ("instructor", True),
                                            ("other_ta", False)])
def test_an_attempt_is_for_its_student_and_the_courses_staff(who, found, attempt, request):
    user = request.getfixturevalue(who)
    assert is_found(access.attempt, user, attempt.pk) is found
    assert access.attempts(user).filter(pk=attempt.pk).exists() is found


def test_an_attempt_comes_with_the_viewers_membership_of_its_course(attempt, alice, ta):
    assert [access.attempt(u, attempt.pk)[0].role for u in (alice, ta)] == [Role.STUDENT, Role.TA]


def test_a_ta_here_who_is_a_student_there_sees_there_only_the_own(attempt, carol, course, other_ta):
    Membership.objects.create(course=course, user=other_ta, role=Role.STUDENT)
    assert not is_found(access.attempt, other_ta, attempt.pk)


def test_who_left_the_course_sees_nothing_of_it(attempt, alice, ta, course, assignment):
    Membership.objects.filter(course=course).update(is_active=False)
    for user in (alice, ta):
        assert not is_found(access.attempt, user, attempt.pk)
        assert not is_found(access.membership, user, course.slug)
        assert not is_found(access.assignment, user, course.slug, assignment.slug)
        assert not access.courses(user).exists()


@pytest.mark.parametrize("who", STRANGERS)
def test_a_course_is_for_its_members(who, assignment, course, request):
    user = request.getfixturevalue(who)
    assert not is_found(access.membership, user, course.slug)
    assert not is_found(access.assignment, user, course.slug, assignment.slug)
    assert course not in access.courses(user)


def test_an_assignment_is_found_in_its_own_course_alone(assignment, carol, other_course, alice, course):
    assert is_found(access.assignment, alice, course.slug, assignment.slug)
    assert not is_found(access.assignment, carol, other_course.slug, assignment.slug)


def test_what_is_not_ones_own_and_what_is_not_there_are_not_told_apart(attempt, bob, course):
    told = []
    for look, args in [(access.attempt, (bob, attempt.pk)), (access.attempt, (bob, 10**9)), (access.membership, (bob, "none"))]:
        with pytest.raises(Http404) as e:
            look(*args)
        told.append(str(e.value))
    assert set(told) == {""}


@pytest.mark.parametrize(("who", "found"), [("alice", False), ("ta", False), ("instructor", True), ("carol", False)])
def test_a_page_for_instructors_is_for_the_courses_own(who, found, course, request):
    assert is_found(access.member_as, request.getfixturevalue(who), course.slug, Role.INSTRUCTOR) is found


def test_an_instructor_is_one_in_the_own_courses_alone(instructor, course, other_course):
    assert not is_found(access.member_as, instructor, other_course.slug, Role.INSTRUCTOR)
    assert list(access.courses(instructor)) == [course]


def test_nobody_is_no_user():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert not is_found(access.user_of, request)


def test_courses_come_by_title_each_once(alice, course):
    first = Course.objects.create(slug="a", title="Algebra")
    Membership.objects.create(course=first, user=alice)
    assert list(access.courses(alice)) == [first, course]
