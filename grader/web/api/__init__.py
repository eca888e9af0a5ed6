"""The API: everything that a student's program may do, described in OpenAPI at /api/openapi.json and shown at /api/docs."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja.errors import AuthenticationError, HttpError, ValidationError

from grader.errors import Broken, Unwritten
from grader.web.api import (
    attempts,
    class_regrades,
    courses,
    events,
    grades,
    groups,
    people,
    regrades,
    rubrics,
    submissions,
    token_calls,
)
from grader.web.api.problems import CODES, Problem, answer
from grader.web.api.schema import Api, Page
from grader.web.tokens import SCOPES

ROUTERS = (courses, submissions, attempts, events, regrades, grades, class_regrades, rubrics, people, groups, token_calls)
BUSY_S = 5
log = logging.getLogger(__name__)

ABOUT = """
Everything a student's program may do: see courses and assignments, hand in, follow an attempt, read reports and grades.

Send a personal token as `Authorization: Bearer dlg_...`. Make one on the page Tokens, with `grader login`, or by
`POST /api/v1/sign-in`. What is not yours is not found. Times are UTC (ISO 8601).

| scope | what it allows |
|---|---|
{scopes}

Every refusal is a problem document (RFC 9457, `application/problem+json`). Its `code` never changes; `detail` is for people.

| code | status | what it means |
|---|---|---|
{codes}
"""


def _about() -> str:
    return ABOUT.format(scopes="\n".join(f"| `{s}` | {told} |" for s, told in SCOPES.items()),
                        codes="\n".join(f"| `{c}` | {status} | {told} |" for c, (status, told) in CODES.items()))


def _made() -> Api:
    """Make the API of all its calls."""
    made = Api(title="dlgrader", version="1", description=_about(), urls_namespace="api", docs=Page(), docs_url="/docs")
    for room in ROUTERS:
        made.add_router("/v1", room.router)
    for kind, told in TOLD.items():
        made.add_exception_handler(kind, told)
    return made


def _problem(_: HttpRequest, fault: Any) -> HttpResponse:
    return answer(fault)


def _wrong(_: HttpRequest, fault: Any) -> HttpResponse:
    errors = [{"where": ".".join(str(p) for p in e["loc"]), "what": str(e["msg"])} for e in fault.errors]
    return answer(Problem("invalid", "; ".join(f"{e['where']}: {e['what']}" for e in errors)[:1000], errors=errors))


def _not_signed_in(_: HttpRequest, __: Any) -> HttpResponse:
    return answer(Problem("not_signed_in", "Send a token as `Authorization: Bearer dlg_...`; make one on the page Tokens."))


def _unreadable(_: HttpRequest, fault: Any) -> HttpResponse:
    return answer(Problem("bad_request", f"This request can't be read: {fault}"))


def _broken(request: HttpRequest, fault: Any) -> HttpResponse:
    log.error("%s %s: %s", request.method, request.path, fault, exc_info=fault)
    return answer(Problem("broken", "The fault is ours: what was kept can't be read. It is written down."))


def _busy(_: HttpRequest, __: Any) -> HttpResponse:
    return answer(Problem("busy", "The database doesn't answer in time; try again.", retry_after_s=BUSY_S))


TOLD: dict[type[Exception], Any] = {
    Problem: _problem,
    ValidationError: _wrong,
    AuthenticationError: _not_signed_in,
    HttpError: _unreadable,
    BadRequest: _unreadable,
    MultiPartParserError: _unreadable,
    SuspiciousOperation: lambda *_: answer(Problem("bad_request", "This request can't be read.")),
    RequestDataTooBig: lambda *_: answer(Problem("too_large", "At most 10 MB can be sent at once, and nothing of it was kept.")),
    Http404: lambda *_: answer(Problem("not_found", "There is no such thing here, or it is somebody else's.")),
    Unwritten: lambda *_: answer(Problem("busy", "Nothing can be kept right now; try again.", retry_after_s=BUSY_S)),
    OperationalError: _busy,
    InterfaceError: _busy,
    Broken: _broken,
}
api = _made()
