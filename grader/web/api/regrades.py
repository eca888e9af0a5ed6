"""Asking for another look at a check."""

from __future__ import annotations

from ninja import Router, Status

from grader.web import access, regrade_requests, reports, specs, teams
from grader.web.api import shapes, shown
from grader.web.api.callers import Call, by
from grader.web.api.problems import Problem
from grader.web.api.schema import also
from grader.web.models import Attempt, Membership
from grader.web.regrade_requests import Message

router = Router(tags=["regrade requests"])


@router.get("/attempts/{attempt}/requests", auth=by("read"), response=list[shapes.RequestShape],
            summary="Requests about an attempt")
def regrade_requests_of(request: Call, attempt: int) -> list[shapes.RequestShape]:
    """List the requests about an attempt's checks, with what was said."""
    _, found = access.attempt(request.auth.user, attempt)
    return [shown.request(r) for r in found.requests.order_by("created_at", "pk")]


@router.post("/attempts/{attempt}/requests", auth=by("submit"), response={201: shapes.RequestShape}, summary="Ask for a regrade",
             openapi_extra=also("not_graded", "request_exists", "forbidden"))
def ask_for_regrade(request: Call, attempt: int, body: shapes.NewRequest) -> Status[shapes.RequestShape]:
    """Ask staff to look at a check of one's own attempt again."""
    member, found = access.attempt(request.auth.user, attempt)
    if not teams.is_own(found.submission, member.user):
        raise Problem("forbidden", "Only those for whom this attempt counts can ask for a regrade.")
    _check_shown(found, member, body.check)
    if found.requests.filter(check_name=body.check).exists():
        raise Problem("request_exists", f"A regrade of {body.check} has been asked for already; add a message to that request.")
    asked = regrade_requests.write(found, body.check, member, Message(body.text), specs.now())
    return Status(201, shown.request(asked))


@router.post("/attempts/{attempt}/requests/{number}/messages", auth=by("submit"), response={201: shapes.RequestShape},
             summary="Say something about a request")
def talk_about_request(request: Call, attempt: int, number: int, body: shapes.NewMessage) -> Status[shapes.RequestShape]:
    """Add a message to the talk about a request; a student's message opens it again."""
    member, found = access.attempt(request.auth.user, attempt)
    asked = found.requests.filter(pk=number).first()
    if asked is None:
        raise Problem("not_found", f"There is no request {number} about this attempt.")
    return Status(201, shown.request(regrade_requests.write(found, asked.check_name, member, Message(body.text), specs.now())))


def _check_shown(found: Attempt, member: Membership, name: str) -> None:
    """Hold that a check is one that the caller may see."""
    if not shown.is_graded(found):
        raise Problem("not_graded", "This attempt has no report yet.")
    names = [c.name for c in reports.shown(found, member, specs.now()).report.checks]
    if name not in names:
        raise Problem("invalid", f"There is no check {name!r:.80} in the report; there are {', '.join(names)}.",
                      errors=[{"where": "body.check", "what": "no such check"}])
