"""What the web and the queue add to grading: a whole service of this machine, used over HTTP as students use it.

Two measurements on one service of its own, in a folder that goes afterwards. Alone: one submission after the other, from
the first byte sent to the report read, less the seconds that the submission itself ran in its box. In a rush: as many submissions
as asked for from many students at once while the workers grade, and a reader who opens pages all the while; counted are
refused and lost submissions, and how long pages took.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Any

import requests

from grader.errors import Broken
from grader.example import examples_of
from grader.settings import Settings
from worker.client import Login, Server
from worker.serve import Part, await_redis, in_order_of_ending, parts
from worker.tables import prepare

COURSE, SLUG = "bench", "linear-zero"
EACH = 5  # submissions of a student in the rush: as many as may wait
AT_ONCE = 16  # students sending at the same moment
READY_S, OVER_S, TIMEOUT_S = 60.0, 1200.0, 30.0
LOOK_S = 0.1
WARMING = 3
LIVE = ("queued", "running")


@dataclass
class Outcome:
    """What was measured; times in milliseconds."""

    added_ms: list[float] = field(default_factory=list)  # of each submission sent alone
    sent: int = 0
    sent_s: float = 0.0
    refused: int = 0
    lost: int = 0
    graded_s: float = 0.0  # from the first byte of the rush to its last report
    page_ms: list[float] = field(default_factory=list)


@contextmanager
def service(environment: dict[str, str]) -> Iterator[tuple[Settings, Sequence[Part]]]:
    """Run a service of its own until the block ends; gives its settings and its processes."""
    with TemporaryDirectory(prefix="dl-") as home:
        os.environ |= {"GRADER_DATA": home, "GRADER_PORT": str(_free_port()), **environment}
        settings = prepare()
        running = parts(settings)
        try:
            _start(settings, running)
            yield settings, running
        finally:
            for part in in_order_of_ending(running):
                part.stop()


def _start(settings: Settings, running: Sequence[Part]) -> None:
    from django.core.management import call_command
    for part in running:
        part.start()
        if part.name == "redis":
            await_redis(settings)
            call_command("migrate", verbosity=0, interactive=False)
            make_course(settings)
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        try:
            requests.get(f"{settings.address}/accounts/login/", timeout=TIMEOUT_S)
            return
        except requests.RequestException:
            time.sleep(LOOK_S)


def make_course(settings: Settings) -> None:
    """Make the course that is handed in to."""
    from grader.web import specs
    from grader.web.models import Assignment, Course
    version = specs.publish(settings.assignments / SLUG)
    course = Course.objects.create(slug=COURSE, title="Bench")
    Assignment.objects.create(course=course, slug=SLUG, title=version.title, version=version)


def students(called: str, count: int, settings: Settings) -> list[Server]:
    """Make students of a name and numbers, and log each in."""
    from grader.web import tokens
    from grader.web.models import Course, Membership, User
    course, found = Course.objects.get(slug=COURSE), []
    for k in range(count):
        user = User.objects.create(username=f"{called}{k}", email=f"{called}{k}@bench.invalid")
        Membership.objects.create(course=course, user=user)
        _, secret = tokens.make(user, "bench", ["read", "submit"], 1, datetime.now(UTC))
        found.append(Server(Login(settings.address, secret), lambda _: None))
    return found


def right_program(settings: Settings) -> bytes:
    """Return a right submission, as students send it."""
    from grader.catalog import find
    folder = find(SLUG, settings.assignments)
    return next(e.submission.raw for e in examples_of(folder.root, folder.spec) if e.expected.right)


def hand_in(student: Server, program: bytes, key: str | None = None) -> int:
    """Send a submission, under a key of its own or one by which it was sent before; returns its attempt."""
    path, headers = f"courses/{COURSE}/assignments/{SLUG}/submissions", {"Idempotency-Key": key or uuid.uuid4().hex}
    answer = student.call("POST", path, headers=headers, json={"name": "submission.py", "content": program.decode()})
    return int(student.json(answer)["id"])


def await_report(student: Server, attempt: int) -> dict[str, Any]:
    """Follow an attempt to its end and read it."""
    state, last = "queued", "0"
    while state in LIVE:
        answer = student.get(f"attempts/{attempt}/events", after=last, wait=10)
        state, last = answer["state"], answer["last"]
    found: dict[str, Any] = student.get(f"attempts/{attempt}")
    return found


def alone(rounds: int, settings: Settings, outcome: Outcome, on_done: Callable[[], None]) -> None:
    """Hand in one submission after the other; the first ones warm everything and don't count."""
    program = right_program(settings)
    for k, student in enumerate(students("alone", rounds + WARMING, settings)):
        began = time.monotonic()
        found = await_report(student, hand_in(student, program))
        wall = time.monotonic() - began
        if k >= WARMING:
            outcome.added_ms.append(1000 * (wall - found["report"]["provenance"]["seconds"]))
            on_done()


def rush(submissions: int, settings: Settings, outcome: Outcome, on_done: Callable[[], None]) -> None:
    """Hand in from many students at once, and open pages all the while, until the last report is there."""
    program, over = right_program(settings), threading.Event()
    senders = students("rush", -(-submissions // EACH), settings)
    reader = threading.Thread(target=_read_pages, args=(logged_in(settings), settings.address, over, outcome), daemon=True)
    reader.start()
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        attempts = list(pool.map(lambda k: _sent(senders[k % len(senders)], program, outcome), range(submissions)))
    outcome.sent, outcome.sent_s = submissions, time.monotonic() - began
    _await_all([a for a in attempts if a is not None], outcome, on_done)
    outcome.graded_s = time.monotonic() - began
    over.set()
    reader.join()


def logged_in(settings: Settings) -> requests.Session:
    """Log a student in as a browser does."""
    from grader.web.models import Course, Membership, User
    password = uuid.uuid4().hex
    user = User.objects.create_user("reader", "reader@bench.invalid", password)
    Membership.objects.create(course=Course.objects.get(slug=COURSE), user=user)
    session, page = requests.Session(), f"{settings.address}/accounts/login/"
    session.get(page, timeout=TIMEOUT_S)
    answer = session.post(page, timeout=TIMEOUT_S, data={
        "username": "reader", "password": password, "csrfmiddlewaretoken": session.cookies["csrftoken"]})
    if answer.url == page:
        raise Broken("the bench's reader cannot log in")
    return session


def _sent(student: Server, program: bytes, outcome: Outcome) -> int | None:
    from worker.client import Refused
    try:
        return hand_in(student, program)
    except Refused:
        outcome.refused += 1
        return None


def _await_all(attempts: Sequence[int], outcome: Outcome, on_done: Callable[[], None]) -> None:
    from grader.web.models import Attempt, State
    until, done = time.monotonic() + OVER_S, 0
    while done < len(attempts) and time.monotonic() < until:
        now = Attempt.objects.filter(pk__in=attempts, state=State.DONE).count()
        for _ in range(now - done):
            on_done()
        done = now
        time.sleep(LOOK_S)
    outcome.lost = len(attempts) - done


def _read_pages(session: requests.Session, address: str, over: threading.Event, outcome: Outcome) -> None:
    """Open the pages of a student who waits, again and again."""
    while not over.wait(LOOK_S):
        for path in ("/", f"/courses/{COURSE}/", f"/courses/{COURSE}/{SLUG}/"):
            began = time.monotonic()
            answer = session.get(address + path, timeout=TIMEOUT_S)
            outcome.page_ms.append(1000 * (time.monotonic() - began) if answer.ok else 1000 * TIMEOUT_S)


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port
