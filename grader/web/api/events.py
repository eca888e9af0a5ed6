"""Following an attempt: the events since the last one, held back for some seconds while there are none (long polling)."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any

from django.conf import settings
from django.db import connection
from ninja import Query, Router
from redis.exceptions import RedisError

from grader.web import access, progress, specs
from grader.web.api import shapes, shown
from grader.web.api.callers import Call, by
from grader.web.models import LIVE, Attempt

MOST_S = 20  # shorter than what proxies take for a dead connection
LOOK_S = 2.0  # at the row, when nothing is told

router = Router(tags=["attempts"])


@router.get("/attempts/{attempt}/events", auth=by("read"), response=shapes.Events, summary="Follow an attempt")
def events(request: Call, attempt: int, after: Annotated[str, Query(pattern=r"^\d{1,20}(-\d{1,20})?$")] = "0",
           wait: Annotated[float, Query(ge=0, le=MOST_S)] = 0) -> shapes.Events:
    """Give what happened after an event, and where the attempt stands; waits up to `wait` seconds while there is nothing new.

    The answer comes at once where the attempt is over. Events show what goes on and may be missing; `state` is the truth.
    """
    _, found = access.attempt(request.auth.user, attempt)
    until = time.monotonic() + wait
    state, told = found.state, _read(attempt, after, 0)
    while not told and state == found.state and state in LIVE and (left := until - time.monotonic()) > 0:
        _let_go()
        told = _read(attempt, after, min(left, LOOK_S))
        state = Attempt.objects.values_list("state", flat=True).get(pk=attempt)
    found.state = state
    where = shown.place(found, specs.now())
    return shapes.Events(events=told, last=told[-1].id if told else after, state=state, place=where.place,
                         starts_in_s=where.starts_in_s)


def _read(attempt: int, after: str, wait_s: float) -> list[shapes.Event]:
    """Read the events after one, waiting for the first; none where Redis doesn't answer."""
    server = progress.connect(settings.GRADER.redis_url)
    try:
        found: Any = server.xread({progress.key_of(attempt): after}, block=max(1, int(1000 * wait_s)) if wait_s else None)
    except (RedisError, OSError):
        time.sleep(wait_s)
        return []
    rows = found[0][1] if isinstance(found, list) and found else next(iter(found.values()))[0] if found else []
    return [shapes.Event.model_validate({"id": name, **_known(json.loads(fields["json"]))}) for name, fields in rows]


def _known(event: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in event.items() if k in shapes.Event.model_fields}


def _let_go() -> None:
    """Give the database connection back for the time of waiting."""
    if not connection.in_atomic_block:
        connection.close()
