"""One person's data as a zip: record.json with all that is told, the files as they were handed in, and the reports.

It is written to a file that has no name, one object of the store in memory at a time, and sent from there in pieces, so that
a term's work of one person weighs no more than its largest file. What the store no longer has is told, not hidden.
"""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from itertools import groupby
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, StreamingHttpResponse

from grader.errors import Broken
from grader.web import audit, reports, specs
from grader.web.marks import Record
from grader.web.models import Attempt, Membership, State
from grader.web.personal import gathering
from grader.web.personal.sight import Sight

PIECE = 1 << 16  # bytes sent at once
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
Told = dict[str, Any]


def answer(request: HttpRequest, sight: Sight) -> StreamingHttpResponse:
    """Send a copy of somebody's data, and write down that it was taken."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the last piece is sent
    told = write(file, sight)
    audit.record(sight.reader, "person.export", course=sight.course, about=f"user {sight.user.username}", after=told)
    size = file.tell()
    file.seek(0)
    pieces = _pieces_later(file) if isinstance(request, ASGIRequest) else _pieces(file)
    return StreamingHttpResponse(pieces, content_type="application/zip", headers={
        "Content-Length": str(size), "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'attachment; filename="{UNSAFE.sub("_", sight.user.username)}-data.zip"'})


def write(file: IO[bytes], sight: Sight) -> dict[str, int]:
    """Write the zip; returns how many submissions and reports are in it."""
    count = {"submissions": 0, "reports": 0}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        told: Told = {"what": gathering.LEFT_OUT if sight.is_own else gathering.WHOLE, "made_at": sight.now,
                      "account": gathering.account(sight), "courses": []}
        for course in sight.courses():
            of_course = gathering.course(sight, course) | {"assignments": []}
            told["courses"].append(of_course)
            for record, viewer in gathering.records(sight, course):
                place = f"{course.slug}/{record.assignment.slug}"
                handed_in = [_submission(packed, sight, viewer, place, those, count) for those in _submissions(record)]
                of_course["assignments"].append(gathering.assignment(sight, record) | {"submissions": handed_in})
        told["audit_log"] = list(gathering.entries(sight))
        packed.writestr("record.json", json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        packed.writestr("README.txt", f"record.json has all that is told; the folders have what was handed in, and the reports.\n"
                                      f"{told['what']}\n")
    return count


def _submissions(record: Record) -> Iterator[list[Attempt]]:
    for _, those in groupby((m.attempt for m in record.marks), key=lambda a: a.submission_id):
        yield list(those)


def _submission(packed: zipfile.ZipFile, sight: Sight, viewer: Membership, place: str, attempts: list[Attempt],
                count: dict[str, int]) -> Told:
    """Pack one submission and the reports of its attempts, the newest first; returns what is told of it."""
    found = attempts[0].submission
    home = f"{place}/{found.number}"
    told = gathering.submission(sight, found, attempts, viewer) | {"attempts": []}
    told |= _packed(packed, f"{home}/{UNSAFE.sub('_', found.name)}", found.content)
    count["submissions"] += 1
    for attempt in attempts:
        said = gathering.attempt(sight, attempt)
        if attempt.state == State.DONE and attempt.report:
            try:
                text = reports.shown(attempt, viewer, sight.now).report.model_dump_json(indent=1)
            except Broken as e:
                said["report_missing"] = str(e)
            else:
                said["report"] = f"{home}/report-{attempt.number}.json"
                packed.writestr(said["report"], text)
                count["reports"] += 1
        told["attempts"].append(said)
    return told


def _packed(packed: zipfile.ZipFile, name: str, content: str) -> Told:
    if not content:
        return {"file_missing": "it was removed after the course's time for keeping it"}
    try:
        packed.writestr(name, specs.objects().get(content))
    except Broken as e:
        return {"file_missing": str(e)}
    return {"file": name}


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


async def _pieces_later(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while piece := await sync_to_async(file.read, thread_sensitive=False)(PIECE):
            yield piece
    finally:
        file.close()
