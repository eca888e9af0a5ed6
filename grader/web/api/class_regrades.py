"""Grading a class again: beginning it, what it would change, making it count, and taking that back. For staff."""

from __future__ import annotations

from typing import Annotated, Literal

from django.core.paginator import Paginator
from ninja import Query, Router, Status

from grader.errors import GraderError
from grader.web import access, specs
from grader.web.api import regrade_shapes as shapes
from grader.web.api.callers import Call, by
from grader.web.api.problems import Problem
from grader.web.api.schema import also
from grader.web.models import Membership, Promotion, Regrade, Role
from grader.web.regrade_requests import Message
from grader.web.regrades import preview, requests, start
from grader.web.regrades import promotion as deeds
from grader.web.regrades.preview import PAGE, Asked, Row
from grader.web.regrades.promotion import Pick, Said, Stale, may_promote

router = Router(tags=["regrades"])
ROWS = ("assignment__course", "assignment__version", "version", "student")
Show = Literal["", "up", "down", "unchanged", "near", "again", "broken", "promoted"]


@router.get("/courses/{course}/regrades", auth=by("grades"), response=list[shapes.RegradeShape], summary="Regrades of a course")
def regrades(request: Call, course: str, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[shapes.RegradeShape]:
    """List the newest regrades of a course in which the caller is staff."""
    member = access.member_as(request.auth.user, course, *access.STAFF)
    found = Regrade.objects.select_related(*ROWS).prefetch_related("promotions")
    return [_shown(r) for r in found.filter(assignment__course=member.course)[:limit]]


@router.post("/courses/{course}/regrades", auth=by("regrade"), response={201: shapes.RegradeShape}, summary="Begin a regrade",
             openapi_extra=also("not_found"))
def begin_regrade(request: Call, course: str, body: shapes.NewRegrade) -> Status[shapes.RegradeShape]:
    """Grade attempts again; what comes out doesn't count before it is promoted."""
    member = access.member_as(request.auth.user, course, *access.STAFF)
    _, assignment = access.assignment(request.auth.user, course, body.assignment)
    said = {k: str(v) for k, v in body.model_dump().items() if v is not None}
    try:
        made = start.start(assignment, member, start.read(assignment, said), specs.now())
    except GraderError as e:
        raise Problem("invalid", str(e)) from e
    return Status(201, _shown(made))


@router.get("/courses/{course}/regrades/{regrade}", auth=by("grades"), response=shapes.RegradeShape, summary="One regrade")
def one_regrade(request: Call, course: str, regrade: int) -> shapes.RegradeShape:
    """Show how far a regrade is, what it would change in all, and what of it counts."""
    return _shown(_found(request, course, regrade)[1])


@router.get("/courses/{course}/regrades/{regrade}/attempts", auth=by("grades"), response=shapes.Items,
            summary="Attempts of a regrade")
def regrade_attempts(request: Call, course: str, regrade: int, show: Show = "", check: str = "", search: str = "",
                     page: Annotated[int, Query(ge=1, le=10**6)] = 1) -> shapes.Items:
    """List a regrade's attempts with the scores, grades and verdicts that change, fifty on a page."""
    _, found = _found(request, course, regrade)
    asked = Asked(show, check[:80].replace("\0", ""), search[:100].replace("\0", ""))
    seen = Paginator(preview.those(found, asked), PAGE).get_page(page)
    rows = preview.rows(found, list(seen.object_list))
    return shapes.Items(count=seen.paginator.count, page=seen.number, pages=seen.paginator.num_pages,
                        items=[_item(row) for row in rows])


@router.get("/courses/{course}/regrades/{regrade}/plan", auth=by("grades"), response=shapes.PlanShape,
            summary="What a promotion would do")
def regrade_plan(request: Call, course: str, regrade: int, mode: shapes.Mode = "all",
                 item: Annotated[list[int], Query(max_length=1000)] = []) -> shapes.PlanShape:  # noqa: B006 - ninja copies it
    """Work out exactly whose grade would change; nothing happens."""
    _, found = _found(request, course, regrade)
    plan = deeds.plan(found, Pick(mode, frozenset(item)))
    return shapes.PlanShape(attempts=len(plan.items), overtaken=plan.overtaken, seal=plan.seal, grades=[
        shapes.GradeChangeShape(student=c.member.user.username, assignment=c.assignment.slug, before=c.before, after=c.after)
        for c in plan.changes])


@router.post("/courses/{course}/regrades/{regrade}/promote", auth=by("regrade"), response={201: shapes.PromotionShape},
             summary="Promote a regrade", openapi_extra=also("forbidden", "stale"))
def promote_regrade(request: Call, course: str, regrade: int, body: shapes.Promote) -> Status[shapes.PromotionShape]:
    """Let new gradings count, all of them or none."""
    member, found = _allowed(request, course, regrade)
    if body.sets_version and member.role != Role.INSTRUCTOR:
        raise Problem("forbidden", "Only instructors set an assignment's version.")
    said = Said(body.reason, body.message, body.sets_version, body.seal)
    try:
        made = deeds.promote(found, member, Pick(body.mode, frozenset(body.items)), said, specs.now())
    except Stale as e:
        raise Problem("stale", str(e)) from e
    except GraderError as e:
        raise Problem("invalid", str(e)) from e
    return Status(201, _promotion(made))


@router.post("/courses/{course}/regrades/{regrade}/promotions/{promotion}/revert", auth=by("regrade"),
             response=shapes.PromotionShape, summary="Take a promotion back", openapi_extra=also("forbidden", "regrade_over"))
def revert_promotion(request: Call, course: str, regrade: int, promotion: int, body: shapes.Why) -> shapes.PromotionShape:
    """Let what counted before count again."""
    member, found = _allowed(request, course, regrade)
    rows = Promotion.objects.select_related("regrade__assignment", "version_before")
    one = rows.filter(pk=promotion, regrade=found).first()
    if one is None:
        raise Problem("not_found", f"There is no promotion {promotion} of this regrade.")
    if not deeds.revert(one, member, body.reason, specs.now()):
        raise Problem("regrade_over", "It was taken back before.")
    return _promotion(rows.get(pk=promotion))


@router.post("/courses/{course}/regrades/{regrade}/cancel", auth=by("regrade"), response=shapes.RegradeShape,
             summary="Cancel a regrade", openapi_extra=also("regrade_over"))
def cancel_regrade(request: Call, course: str, regrade: int) -> shapes.RegradeShape:
    """Stop a regrade that is in progress; nothing of it will count."""
    member, found = _found(request, course, regrade)
    if not start.cancel(found, member, specs.now()):
        raise Problem("regrade_over", f"This regrade is {found.get_state_display()}; only one in progress can be cancelled.")
    return _shown(_found(request, course, regrade)[1])


@router.post("/courses/{course}/regrades/{regrade}/again", auth=by("regrade"), response=shapes.Counted,
             summary="Run again what could not be judged")
def run_regrade_again(request: Call, course: str, regrade: int) -> shapes.Counted:
    """Run what could not be judged from evidence, and try again what broke."""
    member, found = _found(request, course, regrade)
    return shapes.Counted(count=start.run_again(found, member))


@router.post("/courses/{course}/regrades/{regrade}/answer", auth=by("regrade"), response=shapes.Counted,
             summary="Answer requests from a regrade")
def answer_requests(request: Call, course: str, regrade: int, body: shapes.Reply) -> shapes.Counted:
    """Answer students' open requests about submissions that this regrade graded again."""
    member, found = _found(request, course, regrade)
    try:
        count = requests.answer(found, member, body.requests, Message(body.text, body.decision), specs.now())
    except GraderError as e:
        raise Problem("invalid", str(e)) from e
    return shapes.Counted(count=count)


def _found(request: Call, course: str, pk: int) -> tuple[Membership, Regrade]:
    member = access.member_as(request.auth.user, course, *access.STAFF)
    found = Regrade.objects.select_related(*ROWS).filter(pk=pk, assignment__course=member.course).first()
    if found is None:
        raise Problem("not_found", f"There is no regrade {pk} in this course.")
    return member, found


def _allowed(request: Call, course: str, pk: int) -> tuple[Membership, Regrade]:
    member, found = _found(request, course, pk)
    if not may_promote(member, found):
        raise Problem("forbidden", "Instructors promote a regrade and take it back; TAs where it is about one student.")
    return member, found


def _shown(found: Regrade) -> shapes.RegradeShape:
    told = preview.totals(found)
    return shapes.RegradeShape(
        id=found.pk, course=found.assignment.course.slug, assignment=found.assignment.slug, version=found.version.number,
        way=found.way, choice=found.choice, check=found.check_name, student=found.student.username if found.student else None,
        reason=found.reason, state=found.state, created_at=found.created_at, finished_at=found.finished_at,
        totals=shapes.TotalsShape(asked=told.asked, over=told.over, left_out=told.left_out, **told.by),
        promotions=[_promotion(p) for p in found.promotions.all()])


def _promotion(found: Promotion) -> shapes.PromotionShape:
    return shapes.PromotionShape(id=found.pk, **{k: getattr(found, k) for k in shapes.PromotionShape.model_fields if k != "id"})


def _item(row: Row) -> shapes.ItemShape:
    i, s = row.item, row.item.old.submission
    return shapes.ItemShape(
        id=i.pk, student=s.user.username, submission=s.number, old=i.old_id, new=i.new_id, state=i.state, outcome=i.outcome,
        old_score=i.old_score, new_score=i.new_score, grade_before=row.before, grade_after=row.after, near=i.near,
        changes=[shapes.ChangeShape(**c) for c in i.changes], because=i.because, promoted=row.is_promoted,
        overtaken=row.is_overtaken)
