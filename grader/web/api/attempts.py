"""Attempts: where they stand, what came of them, and how to stop one that waits."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from ninja import Query, Router

from grader.web import access, marks, specs, teams, withdrawal
from grader.web.api import shapes, shown
from grader.web.api.callers import Call, by
from grader.web.api.problems import Problem
from grader.web.api.schema import also
from grader.web.models import Membership

MOST = 100

router = Router(tags=["attempts"])


@router.get("/attempts", auth=by("read"), response=list[shapes.AttemptShape], summary="My newest attempts")
def attempts(request: Call, limit: Annotated[int, Query(ge=1, le=MOST)] = 20) -> list[shapes.AttemptShape]:
    """List the attempts that count for the caller over all courses, the newest first."""
    user, now = request.auth.user, specs.now()
    mine = list(access.attempts(user).filter(teams.own([user.pk])).order_by("-created_at", "-pk")[:limit])
    of = {m.course_id: m for m in Membership.objects.filter(user=user, is_active=True)}
    work = {a.submission.assignment for a in mine}
    found = {m.attempt.pk: m for w in work for m in marks.marks(w, user, of[w.course_id], now)}
    return [shown.attempt(found[a.pk], of[a.submission.assignment.course_id], now) for a in mine]


@router.get("/courses/{course}/assignments/{assignment}/attempts", auth=by("read"), response=list[shapes.AttemptShape],
            summary="Attempts in an assignment")
def assignment_attempts(request: Call, course: str, assignment: str, student: str | None = None) -> list[shapes.AttemptShape]:
    """List one's own attempts in an assignment, the newest first; staff may name another `student`."""
    member, found = access.assignment(request.auth.user, course, assignment)
    whose = member.user if student in (None, member.user.username) else access.student(member, str(student))
    now = specs.now()
    return [shown.attempt(m, member, now) for m in marks.marks(found, whose, member, now)]


@router.get("/attempts/{attempt}", auth=by("read"), response=shapes.AttemptDetail, summary="An attempt and its report")
def attempt(request: Call, attempt: int) -> shapes.AttemptDetail:
    """Show where an attempt stands, and its report as far as the caller may see it."""
    viewer, found = access.attempt(request.auth.user, attempt)
    now = specs.now()
    return shown.detail(shown.mark_of(found, viewer, now), viewer, now)


@router.post("/attempts/{attempt}/cancel", auth=by("submit"), response=shapes.Cancelled, summary="Cancel a waiting attempt",
             openapi_extra=also("not_waiting", "forbidden"))
def cancel(request: Call, attempt: int) -> shapes.Cancelled:
    """Take an attempt out of the queue; it uses up nothing. One that runs already goes on to its end."""
    member, found = access.attempt(request.auth.user, attempt)
    if not teams.is_own(found.submission, member.user):
        raise Problem("forbidden", "Only those for whom this attempt counts can cancel it.")
    if not withdrawal.withdraw(found, member, specs.now()):
        found.refresh_from_db(fields=["state"])
        raise Problem("not_waiting", f"This attempt is {found.get_state_display()}; only one that waits can be cancelled.")
    return shapes.Cancelled(id=found.pk, state="cancelled")


@router.get("/attempts/{attempt}/submission", auth=by("read"), summary="What was handed in",
            openapi_extra=also(gives="application/octet-stream"))
def submission(request: Call, attempt: int) -> HttpResponse:
    """Give the submission's bytes as they came."""
    found = access.handed_in(request.auth.user, attempt)
    named = content_disposition_header(as_attachment=True, filename=found.submission.name) or "attachment"
    return HttpResponse(specs.objects().get(found.submission.content), content_type="application/octet-stream",
                        headers={"Content-Disposition": named, "X-Content-Type-Options": "nosniff"})
