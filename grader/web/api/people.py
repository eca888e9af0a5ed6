"""Who is in a course, for its staff, and its roster as a file, for its instructors."""

from __future__ import annotations

from ninja import Router

from grader.errors import GraderError
from grader.web import access, audit, roster, specs
from grader.web.api import people_shapes
from grader.web.api.callers import Call, by
from grader.web.api.problems import Problem
from grader.web.api.schema import also
from grader.web.models import Role
from grader.web.plans import Plan, Stale

router = Router(tags=["people"])


@router.get("/courses/{course}/people", auth=by("grades"), response=list[people_shapes.PersonShape], summary="People of a course")
def people(request: Call, course: str) -> list[people_shapes.PersonShape]:
    """List everybody who is or was in a course in which the caller is staff."""
    member = access.member_as(request.auth.user, course, *access.STAFF)
    found = list(member.course.memberships.select_related("user").order_by("user__username"))
    audit.record(member.user, "roster.export", course=member.course, after={"people": len(found)})
    return [people_shapes.PersonShape(user=m.user.username, name=m.user.shown_name, email=m.user.email, role=m.role,
                                      section=m.section, is_active=m.is_active) for m in found]


@router.post("/courses/{course}/roster", auth=by("manage"), response=people_shapes.RosterShape, summary="Send a roster",
             openapi_extra=also("stale"))
def send_roster(request: Call, course: str, body: people_shapes.NewRoster) -> people_shapes.RosterShape:
    """Tell what a roster file would change, in a course in which the caller is an instructor; with that plan's digest, do it.

    Where the course changed between the two calls, nothing is done and the code is `stale`.
    """
    member = access.member_as(request.auth.user, course, Role.INSTRUCTOR)
    try:
        if not body.digest:
            return plan_shape(roster.plan(member.course, body.csv), is_done=False)
        return plan_shape(roster.apply(member.course, body.csv, body.digest, member.user, specs.now(), removes=body.removes),
                      is_done=True)
    except Stale as e:
        raise Problem("stale", str(e)) from e
    except GraderError as e:
        raise Problem("invalid", str(e), errors=[{"where": "body.csv", "what": str(e)}]) from e


def plan_shape(plan: Plan, *, is_done: bool) -> people_shapes.RosterShape:
    """Show what a file changes, or has changed."""
    return people_shapes.RosterShape(digest=plan.digest, is_done=is_done, counts=plan.counts, lines=[
        people_shapes.RosterLine(kind=x.kind, line=x.line, who=x.who, before=x.before, after=x.after, why=x.why)
        for x in plan.lines])
