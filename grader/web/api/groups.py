"""The groups of a course for its staff, and groups as a file."""

from __future__ import annotations

from django.db.models import Prefetch
from ninja import Router

from grader.errors import GraderError
from grader.web import access, audit, group_file
from grader.web.api import people_shapes
from grader.web.api.callers import Call, by
from grader.web.api.people import plan_shape
from grader.web.api.problems import Problem
from grader.web.api.schema import also
from grader.web.models import GroupMember, GroupSet
from grader.web.plans import Stale

router = Router(tags=["people"])


@router.get("/courses/{course}/groups", auth=by("grades"), response=list[people_shapes.GroupSetShape],
            summary="Groups of a course")
def groups(request: Call, course: str) -> list[people_shapes.GroupSetShape]:
    """List the group sets of a course in which the caller is staff, with who is in which group now."""
    member = access.member_as(request.auth.user, course, *access.STAFF)
    found = list(member.course.group_sets.prefetch_related("assignments", "groups", Prefetch(
        "groups__members", GroupMember.objects.select_related("user").order_by("user__username"))))
    audit.record(member.user, "groups.export", course=member.course, after={"sets": len(found)})
    return [people_shapes.GroupSetShape(
        id=s.pk, name=s.name, size=s.size, is_open=s.is_open, assignments=[a.slug for a in s.assignments.all()],
        groups={g.name: [m.user.username for m in g.members.all()] for g in s.groups.all()}) for s in found]


@router.post("/courses/{course}/groups/{group_set}", auth=by("manage"), response=people_shapes.RosterShape,
             summary="Send groups", openapi_extra=also("stale"))
def send_groups(request: Call, course: str, group_set: int, body: people_shapes.NewGroups) -> people_shapes.RosterShape:
    """Tell what a file of groups would change in a set, of a course in which the caller is staff; with that plan's digest, do it.

    Where the groups changed between the two calls, nothing is done and the code is `stale`.
    """
    member = access.member_as(request.auth.user, course, *access.STAFF)
    found = GroupSet.objects.select_related("course").filter(pk=group_set, course=member.course).first()
    if found is None:
        raise Problem("not_found", f"There is no group set {group_set} in this course.")
    try:
        if not body.digest:
            return plan_shape(group_file.plan(found, body.csv), is_done=False)
        return plan_shape(group_file.apply(found, body.csv, body.digest, member, removes=body.removes), is_done=True)
    except Stale as e:
        raise Problem("stale", str(e)) from e
    except GraderError as e:
        raise Problem("invalid", str(e), errors=[{"where": "body.csv", "what": str(e)}]) from e
