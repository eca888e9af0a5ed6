"""Rubrics, for programs of staff: the items of an assignment, and what is ticked at a submission."""

from __future__ import annotations

from ninja import Router

from grader.errors import GraderError
from grader.web import access, rubrics, specs
from grader.web.api.callers import Call, by
from grader.web.api.problems import Problem
from grader.web.api.rubric_shapes import AttemptRubric, RubricItemShape, Ticks
from grader.web.models import Attempt, Membership, RubricItem

router = Router(tags=["rubrics"])


@router.get("/courses/{course}/assignments/{assignment}/rubric", auth=by("grades"), response=list[RubricItemShape],
            summary="An assignment's rubric")
def assignment_rubric(request: Call, course: str, assignment: str) -> list[RubricItemShape]:
    """List the items of a rubric in their order, retired ones too, in a course in which the caller is staff."""
    access.member_as(request.auth.user, course, *access.STAFF)
    _, found = access.assignment(request.auth.user, course, assignment)
    return [_item(i) for i in found.rubric.order_by("position", "pk")]


@router.get("/attempts/{attempt}/rubric", auth=by("grades"), response=AttemptRubric, summary="What is ticked at an attempt")
def attempt_rubric(request: Call, attempt: int) -> AttemptRubric:
    """Tell what can be ticked at an attempt's submission and what is, where the caller may grade it."""
    return _panel(*_graded_by(request, attempt))


@router.put("/attempts/{attempt}/rubric", auth=by("mark"), response=AttemptRubric, summary="Tick items at an attempt")
def set_rubric(request: Call, attempt: int, body: Ticks) -> AttemptRubric:
    """Have exactly these items ticked at an attempt's submission: all of it or, where one is not offered there, nothing."""
    member, found = _graded_by(request, attempt)
    try:
        rubrics.set_ticks(found.submission, body.ticked, member, specs.now())
    except GraderError as e:
        raise Problem("invalid", str(e), errors=[{"where": "body.ticked", "what": str(e)}]) from e
    return _panel(member, found)


def _graded_by(request: Call, pk: int) -> tuple[Membership, Attempt]:
    """Find an attempt that the caller may grade, which is never one of their own; Problem else."""
    member, found = access.attempt(request.auth.user, pk)
    if not member.is_staff or found.submission.user_id == member.user_id:
        raise Problem("not_found", "There is no such attempt here that you may grade.")
    return member, found


def _panel(member: Membership, attempt: Attempt) -> AttemptRubric:
    found = rubrics.panel(attempt, member, is_open=True)
    return AttemptRubric(attempt=attempt.pk, student=attempt.submission.user.username, points=found.points,
                         ticked=sorted(found.ticked), items=[_item(i) for i in found.items])


def _item(item: RubricItem) -> RubricItemShape:
    return RubricItemShape(id=item.pk, name=item.name, points=item.points, description=item.description,
                           is_retired=item.retired_at is not None)
