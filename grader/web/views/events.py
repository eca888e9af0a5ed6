"""What happens in an attempt, sent to its page while it happens (server-sent events).

Theory of operation. A stream begins with everything that has been told so far, so that a page that is loaded again shows it
all. The row decides when it is over: it is looked at whenever nothing is told for two seconds, so that neither a lost
event nor a Redis that doesn't answer keeps a page waiting. Every event carries HTML for one place of the page. The database
is asked in a few threads that all streams share: a thousand open pages hold no thousand connections.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from redis.exceptions import RedisError

from grader.pictures import draw
from grader.web import access, progress, specs
from grader.web.models import LIVE, Attempt, User
from grader.web.views.attempt import place_of

LOOK_S = 2  # at the row, when nothing is told
BEAT_S = 15  # between signs of life, so that nothing on the way takes the stream for dead
AT_ONCE = 200  # events read in one go


@dataclass
class Told:
    """What an attempt's page shows while it runs."""

    phases: list[str] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    is_over: bool = False
    is_anew: bool = False  # steps begin anew behind every phase, and the curve with them

    def take(self, event: dict[str, Any]) -> set[str]:
        """Take an event in; returns the places of the page that change by it."""
        match event.get("event"):
            case "claimed":  # for the second time where a worker was lost: what it had told is void
                self.phases, self.points, self.is_anew = [], [], False
                return {"place", "phases", "curve"}
            case "phase":
                self.phases.append(str(event.get("text", "")))
                self.is_anew = True
                return {"phases"}
            case "costs":
                self.points = [] if self.is_anew else self.points
                self.is_anew = False
                self.points += [(p[0], p[1]) for p in event.get("points", ()) if isinstance(p, list) and len(p) == 2]
                return {"curve"}
            case "end":
                self.is_over = True
        return set()


async def events(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Open the stream of an attempt that the viewer may see."""
    user = await request.auser()
    if not isinstance(user, User):
        return HttpResponse(status=204)  # tells a browser not to come again
    try:
        await _ask(access.attempt, user, pk)
    except Http404:
        return HttpResponse(status=404)
    answer = StreamingHttpResponse(stream(pk), content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"  # a proxy that collects would spoil it
    return answer


async def stream(pk: int) -> AsyncIterator[str]:
    """Write the stream, until the attempt is over."""
    told = Told()
    sent: dict[str, str] = {}
    beat = asyncio.get_running_loop().time()
    yield "retry: 2000\n\n"
    async for news in _news(pk, told):
        texts = {place: text for place, text in (await _ask(_texts, pk, told, news)).items() if sent.get(place) != text}
        for place, text in texts.items():
            yield event(place, text)
        sent |= texts
        time = asyncio.get_running_loop().time()
        if not texts and time - beat > BEAT_S:
            yield ": still there\n\n"
        beat = time if texts or time - beat > BEAT_S else beat
    yield event("end", await _ask(_end, pk))


def event(name: str, text: str) -> str:
    """Write one event."""
    lines = "".join(f"data: {line}\n" for line in text.split("\n"))
    return f"event: {name}\n{lines}\n"


async def _news(pk: int, told: Told) -> AsyncIterator[set[str]]:
    """Follow an attempt; gives the places that change, and `place` whenever nothing is told. Ends with the attempt."""
    server = redis.asyncio.Redis.from_url(settings.GRADER.redis_url, socket_connect_timeout=1, socket_timeout=LOOK_S + 5,
                                          decode_responses=True, protocol=2)
    last = "0"
    try:
        while True:
            found, last = await _read(server, pk, last)
            changed = set().union(*(told.take(e) for e in found))
            if (told.is_over or not found) and not await _ask(_is_live, pk):
                return
            told.is_over = False  # of an earlier try, which the row knows better
            yield changed or {"place"}
    finally:
        await server.aclose()


async def _read(server: redis.asyncio.Redis, pk: int, last: str) -> tuple[list[dict[str, Any]], str]:
    """Read what was told behind `last`, waiting for it; nothing where Redis doesn't answer."""
    try:
        found: Any = await server.xread({progress.key_of(pk): last}, count=AT_ONCE, block=LOOK_S * 1000)
    except (RedisError, OSError):
        await asyncio.sleep(LOOK_S)
        return [], last
    rows = found[0][1] if found else []
    return [json.loads(fields["json"]) for _, fields in rows], rows[-1][0] if rows else last


def _texts(pk: int, told: Told, places: set[str]) -> dict[str, str]:
    """Write the HTML of places of the page."""
    texts: dict[str, str] = {}
    if "place" in places:
        attempt = Attempt.objects.select_related("submission").get(pk=pk)
        texts["place"] = render_to_string("web/live_place.html", {
            "attempt": attempt, "place": place_of(attempt, specs.now()), "is_live": attempt.state in LIVE})
    if "phases" in places:
        texts["phases"] = render_to_string("web/live_phases.html", {"phases": told.phases})
    if "curve" in places:
        drawn = draw({"type": "curve", "got": told.points}, "live")
        texts["curve"] = render_to_string("web/live_curve.html", {"drawn": drawn})
    return texts


def _is_live(pk: int) -> bool:
    return Attempt.objects.filter(pk=pk, state__in=LIVE).exists()


def _end(pk: int) -> str:
    return render_to_string("web/live_end.html", {"pk": pk})


async def _ask(question: Any, *args: Any) -> Any:
    """Ask the database in one of the threads that all streams share."""
    def ask() -> Any:
        close_old_connections()
        try:
            return question(*args)
        finally:
            close_old_connections()
    return await sync_to_async(ask, thread_sensitive=False)()
