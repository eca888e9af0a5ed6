"""What the API says when it refuses: problem details (RFC 9457) with a code that never changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from pydantic import Field

from grader.errors import GraderError
from grader.strict import Model

MEDIA = "application/problem+json"
ROOT = "/api/"

# code: status, what it means
CODES: dict[str, tuple[int, str]] = {
    "bad_request": (400, "the request can't be read: not JSON, broken multipart, an unknown host"),
    "not_signed_in": (401, "neither a token nor a session came with the request"),
    "token_unknown": (401, "there is no such token"),
    "token_expired": (401, "the token's time is over"),
    "token_revoked": (401, "the token was revoked, or its owner's account is closed"),
    "bad_credentials": (401, "user name and password don't belong together"),
    "scope": (403, "the token lacks the scope that this call needs"),
    "csrf": (403, "a session's call that changes something came without its CSRF token"),
    "forbidden": (403, "this may not be done"),
    "not_found": (404, "there is no such thing, or it is somebody else's"),
    "method_not_allowed": (405, "this address takes other methods; the `Allow` header has them"),
    "not_open": (409, "the assignment doesn't take submissions yet"),
    "closed": (409, "the deadline is over"),
    "no_attempts_left": (409, "all attempts are used"),
    "key_reused": (409, "this `Idempotency-Key` has named another submission already"),
    "not_waiting": (409, "only an attempt that waits can be cancelled"),
    "not_graded": (409, "the attempt has no report yet"),
    "request_exists": (409, "a regrade of this check has been asked for already"),
    "stale": (409, "what was looked at has changed; look again, and send the new `seal` or `digest`"),
    "regrade_over": (409, "the regrade is over or cancelled, or its promotion was taken back before"),
    "too_many_tokens": (409, "no more tokens; revoke one first"),
    "no_length": (411, "what is sent must say how long it is"),
    "too_large": (413, "more bytes than are taken"),
    "bad_type": (415, "a submission comes as multipart/form-data or as application/json"),
    "invalid": (422, "a field is missing or wrong; `errors` says which"),
    "bad_file": (422, "the file can't be graded: wrong kind, too large, not UTF-8, a syntax error, no code"),
    "bad_name": (422, "the file's name is too long, has parts of a path or can't be printed"),
    "cooldown": (429, "the next attempt is possible after `Retry-After` seconds"),
    "too_many": (429, "too many submissions in a short time"),
    "queue_full": (429, "too many of one's own attempts are waiting or running"),
    "rate_limited": (429, "too many calls; wait for `Retry-After` seconds"),
    "internal": (500, "a fault of ours; nothing is half written"),
    "broken": (500, "a fault of ours: what was kept can't be read"),
    "busy": (503, "the database doesn't answer in time, or nothing can be kept; the same call will do later"),
}
ANY_CODE = {400: "bad_request", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "too_large",
            429: "rate_limited", 503: "busy"}


class Fault(Model):
    """One wrong field."""

    where: str = Field(description="the field, as `body.days`")
    what: str = Field(description="what is wrong with it")


class ProblemDetails(Model):
    """Why a call was refused (RFC 9457)."""

    type: str = Field(description="`urn:dlgrader:problem:` and the code")
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    code: Literal[tuple(CODES)] = Field(description="for programs; never changes")  # type: ignore[valid-type]
    detail: str = Field(description="what happened, and what to do, for people")
    errors: list[Fault] = Field([], description="the wrong fields, with `invalid`")


class Problem(GraderError):
    """A call is refused, with one of CODES."""

    def __init__(self, code: str, detail: str, *, retry_after_s: int | None = None,
                 errors: Sequence[Mapping[str, str]] = ()) -> None:
        self.code, self.detail = code, detail
        self.status = CODES[code][0]
        self.retry_after_s = retry_after_s
        self.errors = [dict(e) for e in errors]
        super().__init__(detail)


def answer(problem: Problem) -> HttpResponse:
    """Write a problem as a response."""
    response = HttpResponse(body_of(problem), status=problem.status, content_type=MEDIA)
    if problem.retry_after_s is not None:
        response.headers["Retry-After"] = str(max(1, problem.retry_after_s))
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="dlgrader"'
    return response


def body_of(problem: Problem) -> bytes:
    """Write a problem's document."""
    found: dict[str, Any] = {"type": f"urn:dlgrader:problem:{problem.code}", "title": HTTPStatus(problem.status).phrase,
                             "status": problem.status, "code": problem.code, "detail": problem.detail}
    return json.dumps(found | ({"errors": problem.errors} if problem.errors else {})).encode()


@sync_and_async_middleware
def problems_for_programs(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Turn what Django itself says of a failed call of the API (no such address, a fault of ours) into problem details."""
    if iscoroutinefunction(get_response):
        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            return _told(request, await get_response(request))
        return answer_later  # type: ignore[return-value]

    def answer_now(request: HttpRequest) -> HttpResponseBase:
        return _told(request, get_response(request))
    return answer_now


def _told(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    is_ours = response.headers.get("Content-Type", "").startswith(MEDIA)
    if response.status_code < HTTPStatus.BAD_REQUEST or is_ours or not request.path.startswith(ROOT):
        return response
    is_fault = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    code = ANY_CODE.get(response.status_code, "internal" if is_fault else "bad_request")
    found = answer(Problem(code, f"{request.method} {request.path}: {CODES[code][1]}"))
    for name in ("Allow", "Retry-After"):
        if name in response.headers:
            found.headers[name] = response.headers[name]
    return found
