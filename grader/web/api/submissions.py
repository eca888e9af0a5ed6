"""Handing in."""

from __future__ import annotations

import hashlib
import math
import re
from typing import Annotated

from django.http import HttpRequest
from ninja import Header, Router, Status
from pydantic import ValidationError

from grader.web import access, intake, specs
from grader.web.api import shapes, shown
from grader.web.api.callers import Call, by
from grader.web.api.problems import Problem
from grader.web.api.schema import also, submission_body
from grader.web.models import Assignment, Attempt, User

KEY = re.compile(r"[!-~]{1,64}")
REFUSALS = ("not_open", "closed", "no_attempts_left", "cooldown", "too_many", "queue_full", "bad_file", "bad_name")
WAIT_S = {"too_many": 60, "queue_full": 10}

router = Router(tags=["attempts"])


@router.post("/courses/{course}/assignments/{assignment}/submissions", auth=by("submit"),
             response={201: shapes.AttemptShape, 200: shapes.AttemptShape}, summary="Hand in",
             openapi_extra=also(*REFUSALS, "key_reused", "bad_type", "too_large", "bad_request", "invalid") | submission_body())
def submit(request: Call, course: str, assignment: str,
           key: Annotated[str | None, Header(alias="Idempotency-Key")] = None) -> Status[shapes.AttemptShape]:
    """Hand in a file and queue its grading.

    Send an `Idempotency-Key` of your own making (1 to 64 printable characters without spaces) with every submission: where
    the answer was lost on its way, the same call with the same key gives the same attempt (200 instead of 201) and hands in
    nothing twice.
    """
    member, found = access.assignment(request.auth.user, course, assignment)
    name, raw = _file(request)
    now = specs.now()
    upload = intake.Upload(name, raw, "api", _checked(key))
    try:
        attempt = intake.receive(found, member.user, upload, now)
    except intake.Refused as e:
        raise Problem(e.code, str(e), retry_after_s=_wait_s(e.code, found, member.user)) from e
    _check_same(attempt, found, raw)
    mark = shown.mark_of(attempt, member, now)
    return Status(201 if mark.attempt.created_at == now else 200, shown.attempt(mark, member, now))


def _checked(key: str | None) -> str | None:
    if key is not None and not KEY.fullmatch(key):
        raise Problem("invalid", "Idempotency-Key: 1 to 64 printable characters without spaces, as a UUID",
                      errors=[{"where": "header.Idempotency-Key", "what": "1 to 64 printable characters without spaces"}])
    return key


def _file(request: HttpRequest) -> tuple[str, bytes]:
    """Read the file of either form; raises Problem that says what is missing."""
    if request.content_type == "multipart/form-data":
        files = request.FILES.getlist("file")
        if len(files) != 1 or not files[0].name:
            raise Problem("invalid", "Send exactly one file, as the field `file`; a program of several files comes as a .zip",
                          errors=[{"where": "form.file", "what": f"{len(files)} files, 1 wanted"}])
        return files[0].name, files[0].read()
    if request.content_type == "application/json":
        try:
            handed = shapes.Handed.model_validate_json(request.body)
        except ValidationError as e:
            raise Problem("invalid", 'Send {"name": ..., "content": ...}', errors=[
                {"where": ".".join(("body", *map(str, f["loc"]))), "what": f["msg"]} for f in e.errors()]) from e
        return handed.name, handed.content.encode()
    raise Problem("bad_type", f"{request.content_type or 'no Content-Type'}: send multipart/form-data with the field `file`, or "
                              "application/json with name and content")


def _check_same(attempt: Attempt, asked: Assignment, raw: bytes) -> None:
    s = attempt.submission
    if s.assignment_id != asked.pk or s.content != hashlib.sha256(raw).hexdigest():
        raise Problem("key_reused", "This Idempotency-Key has named another submission already; make a new one.")


def _wait_s(code: str, assignment: Assignment, user: User) -> int | None:
    now = specs.now()
    if code == "cooldown" and (next_at := intake.standing(assignment, user, now).next_at):
        return math.ceil((next_at - now).total_seconds())
    return WAIT_S.get(code)
