"""Refusing requests that are too large before anything of them is kept.

Django's ASGI handler writes a whole body to disk before a view, or the upload limit, sees it. So this stands before it: it goes
by the length that a request says it has, which the server holds the sender to. What was announced too large is read
and thrown away up to a point, because a browser that is cut off while it sends shows no answer.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from grader.web.views import errors

ROOM = 64 * 1024  # for the form around a file
DRAINED = 256 * 1024 * 1024  # at most this much is thrown away for the sake of a clear answer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]


def limited(application: Application, most: int) -> Application:
    """Wrap an ASGI application so that it gets no body of more than `most` bytes."""
    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        fault = _fault(scope, most) if scope["type"] == "http" else None
        if fault is None:
            await application(scope, receive, send)
        else:
            await _throw_away(receive)
            await _answer(fault, scope, send)
    return guard


def _fault(scope: Scope, most: int) -> errors.Fault | None:
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return errors.NO_LENGTH
    said = headers.get(b"content-length", b"0")
    return errors.TOO_LARGE if not said.isdigit() or int(said) > most + ROOM else None


async def _throw_away(receive: Receive) -> None:
    size = 0
    while size < DRAINED:
        part = await receive()
        size += len(part.get("body", b""))
        if part["type"] != "http.request" or not part.get("more_body"):
            return


async def _answer(fault: errors.Fault, scope: Scope, send: Send) -> None:
    if scope["path"].startswith("/api/"):
        kind, code = b"application/problem+json", "too_large" if fault.status == 413 else "no_length"
        told = {"type": f"urn:dlgrader:problem:{code}", "status": fault.status, "code": code,
                "title": fault.title, "detail": f"{fault.text} {fault.next}"}
        body = json.dumps(told).encode()
    else:
        kind, body = b"text/html; charset=utf-8", errors.page(fault).content
    await send({"type": "http.response.start", "status": fault.status, "headers": [
        (b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"connection", b"close"),
        (b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": body})
