"""Whether the service lives and can serve, for a proxy, a container engine and a monitor.

Answered before Django: under any host name, without a session, and also while the database is away. `/healthz` says that this
process answers, `/readyz` that it can serve: the database and the store answer. Redis is no part of that, because without it
submissions are taken in and graded all the same; a page for staff tells of it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.db import Error, connection

from grader.errors import Broken

ANSWERS_S = 3.0
log = logging.getLogger(__name__)

Application = Callable[[Any, Any, Any], Awaitable[None]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def watched(application: Application) -> Application:
    """Wrap an ASGI application so that it answers these two addresses."""
    async def guard(scope: MutableMapping[str, Any], receive: Any, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/healthz":
            await _answer(send, {})
        elif scope["type"] == "http" and scope["path"] == "/readyz":
            await _answer(send, await _faults())
        else:
            await application(scope, receive, send)
    return guard


async def _faults() -> dict[str, str]:
    """Ask what the service can't do without, all at once; a name without an answer in time is a fault."""
    async def of(name: str, ask: Callable[[], None]) -> tuple[str, str]:
        try:
            await asyncio.wait_for(asyncio.to_thread(ask), ANSWERS_S)
        except TimeoutError:
            return name, "no answer"
        except (Error, Broken, OSError) as e:
            log.warning("not ready: %s: %s", name, e)
            return name, "fault"
        return name, ""
    return {name: fault for name, fault in await asyncio.gather(of("database", database), of("store", store)) if fault}


def database() -> None:
    """Ask the database for nothing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


def store() -> None:
    """Look whether the store can be written."""
    from grader.web import specs  # tables can be named once Django is set up
    specs.objects().check()


async def _answer(send: Send, faults: dict[str, str]) -> None:
    body = json.dumps({"status": "faulty" if faults else "ok", **faults}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 503 if faults else 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
