"""Who may see what: every page and every call of the API gets its objects here, and what is not one's own is not found."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from grader.web import teams
from grader.web.models import Assignment, Attempt, Course, Membership, Role, User

STAFF = (Role.TA, Role.INSTRUCTOR)


def user_of(request: HttpRequest) -> User:
    """Return who is logged in; Http404 for nobody."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def site_staff(user: User) -> User:
    """Return a user who belongs to the staff of the whole service; Http404 else."""
    if not user.is_staff:
        raise Http404
    return user


def membership(user: User, course: str) -> Membership:
    """Return a user's membership of a course; Http404 without one, so that nobody learns which courses there are."""
    found = Membership.objects.select_related("course").filter(user=user, course__slug=course, is_active=True).first()
    if found is None:
        raise Http404
    return found


def member_as(user: User, course: str, *roles: str) -> Membership:
    """Return a user's membership of a course if it has one of these roles; Http404 else."""
    found = membership(user, course)
    if found.role not in roles:
        raise Http404
    return found


def courses(user: User) -> QuerySet[Course]:
    """List the courses a user belongs to."""
    return Course.objects.filter(memberships__user=user, memberships__is_active=True).order_by("title")


def assignment(user: User, course: str, slug: str) -> tuple[Membership, Assignment]:
    """Return an assignment of one of the user's courses with the membership; Http404 else."""
    member = membership(user, course)
    found = Assignment.objects.select_related("course", "version").filter(course=member.course, slug=slug).first()
    if found is None:
        raise Http404
    return member, found


def attempts(user: User) -> QuerySet[Attempt]:
    """All attempts a user may see: those for them that may count, and all of courses in which they are staff."""
    mine = Membership.objects.filter(user=user, is_active=True)
    staffed = mine.filter(role__in=STAFF).values("course")
    own = teams.own([user.pk]) & Q(submission__assignment__course__in=mine.values("course"), counts=True)
    return Attempt.objects.select_related("submission__assignment__course", "submission__user", "version").filter(
        own | Q(submission__assignment__course__in=staffed))


def attempt(user: User, pk: int) -> tuple[Membership, Attempt]:
    """Return an attempt the user may see with their membership of its course; Http404 else."""
    found = attempts(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return membership(user, found.submission.assignment.course.slug), found


def handed_in(user: User, pk: int) -> Attempt:
    """Return an attempt the user may see whose submission is kept; Http404 else."""
    _, found = attempt(user, pk)
    if not found.submission.content:
        raise Http404
    return found


def student(viewer: Membership, username: str) -> User:
    """Return another member of a course, for its staff; Http404 else."""
    return place(viewer, username).user


def place(viewer: Membership, username: str) -> Membership:
    """Return another person's membership of a course, past ones too, for its staff; Http404 else."""
    found = viewer.course.memberships.select_related("user").filter(user__username=username).first() if viewer.is_staff else None
    if found is None:
        raise Http404
    return found
