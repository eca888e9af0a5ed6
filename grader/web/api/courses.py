"""Who one is, one's courses, and their assignments."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from ninja import Router

from grader.web import access, policy, specs
from grader.web.api import shapes, shown
from grader.web.api.callers import Call, by
from grader.web.api.problems import Problem
from grader.web.api.schema import also
from grader.web.models import Assignment, Membership, User

router = Router(tags=["courses"])


@router.get("/me", auth=by("read"), response=shapes.Me, summary="Who am I?")
def me(request: Call) -> shapes.Me:
    """Tell who calls, their courses, and what their token may do."""
    user, token = request.auth.user, request.auth.token
    return shapes.Me(user=user.username, name=user.shown_name, courses=[shown.course(m) for m in _memberships(user)],
                     token=shown.token(token) if token else None)


@router.get("/courses", auth=by("read"), response=list[shapes.CourseShape], summary="My courses")
def courses(request: Call) -> list[shapes.CourseShape]:
    """List the caller's courses."""
    return [shown.course(m) for m in _memberships(request.auth.user)]


@router.get("/assignments", auth=by("read"), response=list[shapes.AssignmentShape], summary="Assignments of all my courses")
def assignments(request: Call) -> list[shapes.AssignmentShape]:
    """List the assignments of all of the caller's courses."""
    now = specs.now()
    return [a for m in _memberships(request.auth.user) for a in _assignments(m, now)]


@router.get("/courses/{course}/assignments", auth=by("read"), response=list[shapes.AssignmentShape],
            summary="Assignments of a course")
def course_assignments(request: Call, course: str) -> list[shapes.AssignmentShape]:
    """List a course's assignments, with the caller's own dates and attempts."""
    return _assignments(access.membership(request.auth.user, course), specs.now())


@router.get("/courses/{course}/assignments/{assignment}", auth=by("read"), response=shapes.AssignmentShape,
            summary="One assignment")
def assignment(request: Call, course: str, assignment: str) -> shapes.AssignmentShape:
    """Show an assignment with the caller's own dates and attempts."""
    member, found = access.assignment(request.auth.user, course, assignment)
    return shown.assignment(found, member, specs.now())


@router.get("/courses/{course}/assignments/{assignment}/statement", auth=by("read"), summary="An assignment's statement",
            openapi_extra=also("not_open", gives="text/markdown"))
def statement(request: Call, course: str, assignment: str) -> HttpResponse:
    """Give the statement as Markdown, formulas between dollars."""
    member, found = access.assignment(request.auth.user, course, assignment)
    return _file(member, found, "statement.md", "text/markdown")


@router.get("/courses/{course}/assignments/{assignment}/starter", auth=by("read"), summary="An assignment's starter file",
            openapi_extra=also("not_open", gives="text/x-python"))
def starter(request: Call, course: str, assignment: str) -> HttpResponse:
    """Give the file to start from."""
    member, found = access.assignment(request.auth.user, course, assignment)
    return _file(member, found, "starter.py", "text/x-python")


def _memberships(user: User) -> list[Membership]:
    mine = Membership.objects.select_related("course", "user").filter(user=user, course__in=access.courses(user))
    return list(mine.order_by("course__title"))


def _assignments(member: Membership, now: datetime) -> list[shapes.AssignmentShape]:
    found = member.course.assignments.select_related("course", "version")
    return [shown.assignment(a, member, now) for a in found]


def _file(member: Membership, found: Assignment, name: str, kind: str) -> HttpResponse:
    opens_at = policy.window(found, None).opens_at
    if not member.is_staff and opens_at is not None and specs.now() < opens_at:
        raise Problem("not_open", f"This assignment opens at {opens_at:%Y-%m-%d %H:%M} UTC.")
    text = (specs.folder_of(found.version) / name).read_bytes()
    stem, _, ending = name.partition(".")
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{found.slug}-{stem}.{ending}"', "X-Content-Type-Options": "nosniff"})
