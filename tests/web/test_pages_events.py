"""The live page's stream, with a real Redis: what was told is told again, the row ends it, and Redis may be gone."""

import asyncio
from contextlib import suppress

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.test import AsyncClient
from django.urls import reverse

from grader.web import progress, queue, waiting
from grader.web.views import events
from tests.web.pages_ground import graded, handed_in, open_assignment, today

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 120


@pytest.fixture(autouse=True)
def _looks_anew():
    waiting._line.cache_clear()


@pytest.fixture
def attempt(alice, course):
    return handed_in(open_assignment(course), alice)


def follow(attempt, **then):
    """Read an attempt's stream to its end; does `then[name]` when an event of that name comes. Gives all that came."""
    async def read():
        said = []
        async with asyncio.timeout(PATIENCE_S):
            async for part in events.stream(attempt.pk):
                said.append(part)
                name = part.removeprefix("event: ").partition("\n")[0]
                if name in then:
                    await sync_to_async(then.pop(name))()
        return said
    return async_to_sync(read)()


def tell(attempt, event, **what):
    assert progress.tell(progress.connect(settings.GRADER.redis_url), attempt.pk, event, **what)


def end(attempt):
    def finish():
        graded(attempt)
        with suppress(AssertionError):  # where there is no Redis nothing is told
            tell(attempt, "end", state="done")
    return finish


def last(said, name):
    return [part for part in said if part.startswith(f"event: {name}\n")][-1]


def test_a_page_that_comes_late_is_told_everything_and_then_the_end(attempt, redis_server):
    graded(attempt)
    for k in range(3):
        tell(attempt, "phase", text=f"phase <{k}>")
    tell(attempt, "costs", points=[[0, 2.0], [10, 1.0]])
    tell(attempt, "end", state="done")
    said = follow(attempt)
    assert said[0].startswith("retry:")
    assert reverse("result", args=[attempt.pk]) in said[-1]
    assert said[-1].startswith("event: end\n")


def test_waiting_phases_curve_and_report_come_as_they_happen(attempt, redis_server):
    progress.be_present(redis_server, "w", 1, 600)

    def run():
        tell(attempt, "claimed")
        tell(attempt, "phase", text="running <your> program")
        tell(attempt, "costs", points=[[0, 2.0], [10, 1.0]])
        tell(attempt, "costs", points=[[20, 0.5]])

    said = follow(attempt, place=run, curve=end(attempt))
    assert "Yours is the next" in next(p for p in said if p.startswith("event: place"))
    assert "running &lt;your&gt; program" in last(said, "phases")
    assert "<svg" in last(said, "curve")
    assert said[-1].startswith("event: end\n")


def test_a_curve_with_points_that_are_no_numbers_is_drawn_without_them(attempt, redis_server):
    tell(attempt, "costs", points=[[0, 2.0], "x", [1], [2, None], [3, 1.0]])
    assert "at step 3" in last(follow(attempt, curve=end(attempt)), "curve")


def test_the_curve_begins_anew_with_what_is_measured_next(attempt, redis_server):
    tell(attempt, "phase", text="first")
    tell(attempt, "costs", points=[[1, 9.0], [500, 7.0]])
    tell(attempt, "phase", text="second")
    tell(attempt, "costs", points=[[1, 2.0]])
    tell(attempt, "costs", points=[[40, 1.0]])
    curve = last(follow(attempt, curve=end(attempt)), "curve")
    assert "goes from 2 to 1 at step 40" in curve


def test_what_a_lost_worker_had_told_is_void_when_another_begins(attempt, redis_server):
    for text in ("of the first", "of the second"):
        tell(attempt, "claimed")
        tell(attempt, "phase", text=text)
    said = last(follow(attempt, phases=end(attempt)), "phases")
    assert "of the second" in said
    assert "of the first" not in said


def test_a_lost_last_event_keeps_no_page_waiting(attempt, redis_server):
    assert follow(attempt, place=lambda: graded(attempt))[-1].startswith("event: end\n")


def test_without_redis_the_row_is_followed(attempt):
    said = follow(attempt, place=end(attempt))
    assert "Yours is the next" in last(said, "place")
    assert said[-1].startswith("event: end\n")


def test_a_cancelled_attempt_ends_its_stream(attempt, redis_server):
    said = follow(attempt, place=lambda: queue.cancel(attempt, today()))
    assert said[-1].startswith("event: end\n")


def test_the_stream_is_for_those_who_may_see_the_attempt(attempt, alice, bob, carol):
    graded(attempt)

    async def status(user):
        client = AsyncClient()
        if user is not None:
            await client.aforce_login(user)
        answer = await client.get(reverse("events", args=[attempt.pk]))
        if answer.streaming:
            answer.close()
        return answer.status_code, answer.get("Content-Type")

    assert async_to_sync(status)(alice) == (200, "text/event-stream")
    assert async_to_sync(status)(bob)[0] == 404
    assert async_to_sync(status)(carol)[0] == 404
    assert async_to_sync(status)(None)[0] == 204
