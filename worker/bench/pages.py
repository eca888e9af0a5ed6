"""How long every page of a large course takes, and how many queries: the web's own code, without the network.

Each page is opened by who would open it, through all of Django's middleware and templates, on the database of the settings: a
term's rows, made by worker/bench/rows.py. The first time warms what a server keeps warm and isn't counted.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Any

from grader.errors import Broken
from grader.settings import Settings
from worker.bench.rows import SLUG, Size, make
from worker.tables import prepare

STUDENT = "s0007"
ID = re.compile(r"<(?:\w+:)?(\w+)>")
BOOK = ("", "?sort=-total", "?sort=-total&page=7", "?sort=score.task-1", "?search=Last4", "?section=Monday", "?assignment=task-2",
        *(f"?state={s}" for s in ("graded", "late", "waiting", "broken", "none", "missed", "hidden", "manual")), f"{STUDENT}/")
WORK = ("", "?state=mine", "?kind=near&section=Monday", "?assignment=task-1&state=done")


@dataclass(frozen=True, slots=True)
class Row:
    """One page: who opened it, its address, the median and the greatest of its times, the median of its CPU, and its queries.

    The CPU is that of the web alone: with SQLite all there is, with PostgreSQL without the database's share.
    """

    who: str
    path: str
    median_ms: float
    most_ms: float
    cpu_ms: float
    queries: int


@contextmanager
def made(size: Size) -> Iterator[Settings]:
    """Make a course in a database of its own (that of GRADER_DATABASE, which must be empty, or SQLite) until the block ends."""
    with TemporaryDirectory(prefix="dl-") as home:
        os.environ |= {"GRADER_DATA": home, "GRADER_REDIS": f"unix://{home}/none.sock"}
        settings = prepare()
        from django.core.management import call_command
        from django.db import connection, transaction

        from grader.web.models import Course
        logging.getLogger("django.request").setLevel(logging.ERROR)  # what is no page says so to each who asks
        call_command("migrate", verbosity=0, interactive=False)
        if Course.objects.exists():
            raise Broken("this database has courses: the bench wants an empty one of its own")
        with transaction.atomic():
            make(size, settings, datetime.now(UTC))
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")  # as it does by itself, in time
        yield settings


def pages(size: Size, rounds: int, on_done: Callable[[], None]) -> list[Row]:
    """Time every page, one after the other."""
    found = []
    for who, path in addresses(size):
        page = opened(who, path)
        found += [_row(who, path, rounds, *page)] if page is not None else []
        on_done()
    return found


def addresses(size: Size) -> list[tuple[str, str]]:
    """List the pages, each with who opens it."""
    from grader.web.models import Attempt
    mine = Attempt.objects.filter(submission__assignment__course__slug=SLUG, submission__user__username=STUDENT)
    newest = mine.order_by("-pk").values_list("pk", flat=True)[:1]
    tasks = [f"task-{k}/" for k in sorted({1, size.assignments})]
    staff = ["", *(f"gradebook/{b}" for b in BOOK), *(f"work/{w}" for w in WORK), "statistics/",
             *(f"statistics/{t}" for t in tasks), *tasks]
    own = {pk: f"/attempts/{pk}/" for pk in newest}
    ids = {"course": SLUG, "slug": "task-1", "username": STUDENT, "pk": next(iter(own), 0)}
    return list(dict.fromkeys([
        *(("ta-one", f"/courses/{SLUG}/{path}") for path in staff),
        *((STUDENT, f"/courses/{SLUG}/{path}") for path in ["", *tasks]),
        *((who, path) for path in own.values() for who in ("ta-one", STUDENT)),
        *(("instructor", path) for path in others(ids))]))


def others(ids: Mapping[str, object]) -> Iterator[str]:
    """List whatever other pages there are of courses, attempts and the service whose addresses can be made of these ids."""
    from django.urls import get_resolver
    for route in routes(get_resolver()):
        known = ID.sub(lambda m: str(ids.get(m[1], "?")), route)
        is_page = route.startswith(("courses/", "attempts/", "service/", "audit/", "new-course/"))
        if is_page and "?" not in known and not route.endswith("events"):
            yield f"/{known}"


def routes(resolver: Any, before: str = "") -> Iterator[str]:
    """Walk through all addresses."""
    for found in resolver.url_patterns:
        route = f"{before}{found.pattern}"
        if hasattr(found, "url_patterns"):
            yield from routes(found, route)
        else:
            yield route


def opened(who: str, path: str) -> tuple[Callable[[], object], int] | None:
    """Open a page once, and once more counting its queries; gives how to open it again, and their number.

    None where it is no page: what only takes forms, files, and what is not there in a course like this.
    """
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from grader.web.models import User
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=who))
    first = client.get(path)
    if first.status_code in (302, 404, 405) or "attachment" in first.headers.get("Content-Disposition", ""):
        return None
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
        count = len(queries)
    if answer.status_code != 200:
        raise Broken(f"{path} answers {answer.status_code}")
    return lambda: client.get(path), count


def _row(who: str, path: str, rounds: int, again: Callable[[], object], count: int) -> Row:
    gc.collect()
    gc.freeze()  # as grader/web/asgi.py does
    times, cpu = [], []
    for _ in range(rounds):
        began, busy = time.perf_counter(), time.process_time()
        again()
        times.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - busy))
    return Row(who, path, statistics.median(times), max(times), statistics.median(cpu), count)
