"""A soak: submissions by the hundred through a whole service of this machine whose parts are killed at random all the while.

Theory of operation. Students hand in one after the other, right programs and one known mistake by turns, each under a key of its
own; where the service is away they send the same again, as `grader submit` does. Every few seconds something is injured: worker,
web, sweeper or Redis killed, Redis emptied, a box killed. What ended is started again at once, as whoever keeps a service does.
When the last submission has its report the service is ended, and counted is what must be nothing: accepted submissions without a
report, submissions kept twice, right programs without full marks and mistakes with another verdict than in calm, and processes,
containers and control groups of the service that are still there.
"""

from __future__ import annotations

import os
import random
import re
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import redis

from grader.errors import Broken
from grader.settings import Settings
from worker.bench import cpu, web
from worker.serve import Part, start_again

if TYPE_CHECKING:
    from worker.client import Server

EACH = 15  # submissions of a student: fewer than what one may send in ten minutes
AT_ONCE = 4  # students sending at the same moment
WATCH_S = 0.2
LOOK_S, AGAIN_S = 1.0, 3.0
PATIENCE_S = 20.0  # for what is left to go
FOR_A_WHILE = ("queue_full", "too_many", "internal")


@dataclass
class Outcome:
    """What was counted; the first four must be 0."""

    lost: int = 0
    doubled: int = 0
    blamed: int = 0
    orphaned: int = 0
    broken: int = 0  # ours after three tries: told as such, and nobody's attempt
    accepted: int = 0
    longest_wait_s: float = 0.0  # from the submission to its report
    seconds: float = 0.0
    injuries: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)  # what the orphans are

    @property
    def is_well(self) -> bool:
        """Whether nothing is lost, doubled, blamed or left."""
        return not (self.lost or self.doubled or self.blamed or self.orphaned)


class Remains:
    """The processes of a service as they come and go, each known beyond doubt, and what else carries its name."""

    def __init__(self) -> None:
        self.known: set[tuple[int, str]] = set()
        self.workers: set[int] = set()

    def look(self, running: Sequence[Part]) -> None:
        """Note all that there is now."""
        for part in running:
            if part.process is not None:
                self.known |= {one for pid in cpu.tree(part.process.pid) if (one := began(pid))}
                self.workers |= {part.process.pid} if part.name == "worker" else set()

    def left(self) -> list[str]:
        """Name what is still there."""
        processes = [f"process {pid}" for pid, when in self.known if began(pid) == (pid, when)]
        names = "|".join(str(pid) for pid in self.workers)
        groups = [str(f) for f in Path("/sys/fs/cgroup").glob("**/dlgrader-*") if re.search(rf"-({names})\b", f.name)]
        return processes + groups + [f"container {name}" for name in _containers(self.workers)]


def began(pid: int) -> tuple[int, str] | None:
    """Number a living process together with when it began, so that a number given anew is no survivor."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else (pid, fields[19])
    return None


def _containers(workers: set[int]) -> list[str]:
    """Find the boxes of these workers on this machine's engine, where it has one."""
    import docker
    from docker.errors import DockerException

    from worker.engines.container import OWNER_LABEL
    try:
        with_owner = docker.from_env().api.containers(all=True, filters={"label": OWNER_LABEL})
    except DockerException:
        return []
    return [c["Id"][:12] for c in with_owner if c["Labels"][OWNER_LABEL].split(":")[1:2] in [[str(p)] for p in workers]]


def soak(submissions: int, every_s: float, seed: int, on_done: Callable[[int], None]) -> Outcome:
    """Run the whole soak in a service of its own; `on_done` is told how many have their report."""
    outcome, remains, over = Outcome(), Remains(), threading.Event()
    began_at = time.monotonic()
    with web.service({}) as (settings, running):
        doctor = threading.Thread(target=_keep, args=(running, remains, over), daemon=True)
        rogue = threading.Thread(target=_injure, args=(settings, running, random.Random(seed), every_s, over, outcome))
        doctor.start()
        programs = _programs(settings)
        calm = _calm(settings, programs)
        rogue.start()
        try:
            sent = _send(submissions, settings, programs, on_done)
        finally:
            over.set()
            rogue.join()
            doctor.join()
            remains.look(running)
        _count(sent, calm, outcome)
    outcome.seconds = time.monotonic() - began_at
    until = time.monotonic() + PATIENCE_S
    while (left := remains.left()) and time.monotonic() < until:
        time.sleep(WATCH_S)
    outcome.left, outcome.orphaned = left, len(left)
    return outcome


def _keep(running: Sequence[Part], remains: Remains, over: threading.Event) -> None:
    """Start again what ended, and note what there is."""
    while not over.wait(WATCH_S):
        start_again(running)
        remains.look(running)


def _injure(settings: Settings, running: Sequence[Part], chance: random.Random, every_s: float, over: threading.Event,
            outcome: Outcome) -> None:
    """Kill something every few seconds until it is over."""
    parts = {p.name: p for p in running}
    deeds: dict[str, Callable[[], object]] = {f"{name} killed": partial(_kill, part) for name, part in parts.items()}
    deeds |= {"redis emptied": lambda: redis.Redis.from_url(settings.redis_url, socket_timeout=1).flushall(),
              "box killed": lambda: _kill_box(parts["worker"], chance)}
    while not over.wait(chance.uniform(0.5, 1.5) * every_s):
        name = chance.choice(sorted(deeds))
        with suppress(redis.RedisError, ProcessLookupError):  # what is injured already
            deeds[name]()
            outcome.injuries[name] += 1


def _kill(part: Part) -> None:
    if part.process is not None:
        os.kill(part.process.pid, signal.SIGKILL)  # it alone: what it started is to end by itself


def _kill_box(worker: Part, chance: random.Random) -> None:
    """Kill a box from outside: a container where there is one, else a process of a sandbox."""
    import docker
    from docker.errors import DockerException
    if worker.process is None:
        return
    with suppress(DockerException):
        if found := _containers({worker.process.pid}):
            docker.from_env().api.kill(chance.choice(found))
            return
    if below := cpu.tree(worker.process.pid)[1:]:
        os.kill(chance.choice(below), signal.SIGKILL)


def _programs(settings: Settings) -> list[bytes]:
    """Give a right program, and a mistake that fails some checks and passes others."""
    from grader.catalog import find
    from grader.example import examples_of
    folder = find(web.SLUG, settings.assignments)
    wrong = next(e.submission.raw for e in examples_of(folder.root, folder.spec) if not e.expected.right)
    return [web.right_program(settings), wrong]


def _calm(settings: Settings, programs: Sequence[bytes]) -> list[float]:
    """Grade each program before anything is injured; gives their scores."""
    student = web.students("calm", 1, settings)[0]
    return [web.await_report(student, web.hand_in(student, p))["report"]["score"] for p in programs]


def _send(submissions: int, settings: Settings, programs: Sequence[bytes],
          on_done: Callable[[int], None]) -> list[tuple[int, int]]:
    """Hand everything in and wait for the last report; gives the attempts, each with the number of its program."""
    senders = web.students("soak", -(-submissions // EACH), settings)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        by_student = [pool.submit(_one_student, s, programs, range(k * EACH, min(submissions, (k + 1) * EACH)))
                      for k, s in enumerate(senders)]
        while not all(f.done() for f in by_student) or _unfinished():
            on_done(_finished())
            time.sleep(LOOK_S)
    on_done(_finished())
    return [one for f in by_student for one in f.result()]


def _one_student(student: Server, programs: Sequence[bytes], numbers: range) -> list[tuple[int, int]]:
    """Hand in one after the other; waits while as many as may wait are waiting."""
    found = []
    for number in numbers:
        which, key = number % len(programs), uuid.uuid4().hex
        while (attempt := _accepted(student, programs[which], key)) is None:
            time.sleep(AGAIN_S)
        found.append((attempt, which))
    return found


def _accepted(student: Server, program: bytes, key: str) -> int | None:
    """Send a submission; None where it is to be sent again, with the same key."""
    from worker.client import Refused
    try:
        return web.hand_in(student, program, key)
    except Refused as e:
        if e.code not in FOR_A_WHILE:
            raise
    except Broken:  # away for longer than a client's patience
        pass
    return None


def _unfinished() -> int:
    from grader.web.models import LIVE, Attempt
    return Attempt.objects.filter(state__in=LIVE).count()


def _finished() -> int:
    from grader.web.models import LIVE, Attempt
    return Attempt.objects.exclude(state__in=LIVE).filter(submission__user__username__startswith="soak").count()


def _count(sent: Sequence[tuple[int, int]], calm: Sequence[float], outcome: Outcome) -> None:
    from grader.web.models import Attempt, State
    rows = {a.pk: a for a in Attempt.objects.filter(submission__user__username__startswith="soak")}
    outcome.accepted = len(sent)
    outcome.doubled = len(rows) - len({pk for pk, _ in sent}) + len(sent) - len({pk for pk, _ in sent})
    for pk, which in sent:
        row = rows.get(pk)
        if row is None or row.state not in (State.DONE, State.BROKEN) or (row.state == State.DONE and not row.report):
            outcome.lost += 1
        elif row.state == State.BROKEN:
            outcome.broken += 1
        elif row.status != "finished" or row.score != calm[which]:
            outcome.blamed += 1
        if row is not None and row.finished_at is not None:
            outcome.longest_wait_s = max(outcome.longest_wait_s, (row.finished_at - row.created_at).total_seconds())
