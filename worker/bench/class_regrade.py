"""How fast a whole service grades a class again: rows, evidence, worker and Redis as they are, from the deed to the last report.

A few right programs are really graded; the class is made of them. Every attempt has a seed of its own that draws the same
inputs, so that every one has a report of its own to be written, while the evidence it is judged from is theirs.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import Broken
from grader.settings import Settings
from worker.bench.web import COURSE, LOOK_S, OVER_S, SLUG, await_report, hand_in, right_program, students

if TYPE_CHECKING:
    from grader.web.models import Assignment, Attempt, Membership, Regrade, SpecVersion

EACH = 4  # submissions of a student
GRADED = 8  # really graded
CASES = 240  # of the hidden data, all sets together: seeds that differ by a multiple of it draw the same
BATCH = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured, in seconds."""

    attempts: int
    changed: int
    begin_s: float  # to choose the attempts and write the rows
    judge_s: float  # from then to the last one
    plan_s: float  # to work out what a promotion does to every grade
    promote_s: float
    revert_s: float

    @property
    def per_minute(self) -> float:
        """How many attempts a minute are judged."""
        return 60 * self.attempts / self.judge_s


def compare(settings: Settings, attempts: int, on_done: Callable[[int], None]) -> Outcome:
    """Make a class with so many graded attempts, and grade it again with another version."""
    from grader.web.models import Assignment
    assignment = Assignment.objects.select_related("course", "version").get(course__slug=COURSE, slug=SLUG)
    program = right_program(settings)
    for student in students("model", GRADED, settings):
        await_report(student, hand_in(student, program))
    make_class(assignment, attempts)
    member, version = _instructor(assignment), _other_version(settings)
    return _measured(assignment, member, version, on_done)


def make_class(assignment: Assignment, attempts: int) -> None:
    """Hand in and grade for students, as many attempts as asked for, by copying what was really graded."""
    from grader.web.models import Attempt, Membership, Submission, User
    models = list(Attempt.objects.filter(state="done", manifest__isnull=False).select_related("submission"))
    now, rows = datetime.now(UTC), []
    for k in range(-(-attempts // EACH)):
        user = User.objects.create(username=f"class{k}", email=f"class{k}@bench.invalid")
        Membership.objects.create(course=assignment.course, user=user)
        for number in range(1, min(EACH, attempts - k * EACH) + 1):
            model = models[(k + number) % len(models)]
            submission = Submission.objects.create(
                assignment=assignment, user=user, number=number, name="submission.py", content=model.submission.content, size=1,
                received_at=now)
            rows.append(_copy(model, submission.pk, 1000 + k * EACH + number))
    Attempt.objects.bulk_create(rows, BATCH)
    Membership.objects.filter(user__username__startswith="model").update(is_active=False)


def _copy(model: Attempt, submission: int, place: int) -> Attempt:
    from grader.web.models import Attempt
    seed = model.seed + CASES * place
    return Attempt(submission_id=submission, version=model.version, state="done", seed=seed, created_at=model.created_at,
                   started_at=model.started_at, finished_at=model.finished_at, status=model.status, score=model.score,
                   points=model.points, report=model.report, manifest={**(model.manifest or {}), "seed": seed})


def _instructor(assignment: Assignment) -> Membership:
    from grader.web.models import Membership, Role, User
    user = User.objects.create(username="instructor", email="instructor@bench.invalid")
    return Membership.objects.create(course=assignment.course, user=user, role=Role.INSTRUCTOR)


def _other_version(settings: Settings) -> SpecVersion:
    """Publish a version in which one check is worth another point, so that every score changes."""
    from grader.web import specs
    folder = shutil.copytree(settings.assignments / SLUG, settings.data / "other" / SLUG)
    file = Path(folder) / "assignment.toml"
    text = file.read_text()
    for check, points in (("predict", 1), ("script_fits", 2)):  # one of each style: both are worth the same
        start = text.index(f'name = "{check}"')
        text = text[:start] + text[start:].replace(f"points = {points}\n", f"points = {points + 1}\n", 1)
    file.write_text(text)
    return specs.publish(Path(folder))


def _measured(assignment: Assignment, member: Membership, version: SpecVersion, on_done: Callable[[int], None]) -> Outcome:
    from grader.web.regrades import promotion, start
    began = time.monotonic()
    made = start.start(assignment, member, start.Wish(version), datetime.now(UTC))
    begun = time.monotonic()
    _await(made, on_done)
    judged = time.monotonic()
    seal = promotion.plan(made, promotion.Pick("all")).seal
    planned = time.monotonic()
    done = promotion.promote(made, member, promotion.Pick("all"), promotion.Said("bench", seal=seal), datetime.now(UTC))
    promoted = time.monotonic()
    promotion.revert(done, member, "bench", datetime.now(UTC))
    return Outcome(made.items.count(), done.rises, begun - began, judged - begun, planned - judged, promoted - planned,
                   time.monotonic() - promoted)


def _await(made: Regrade, on_done: Callable[[int], None]) -> None:
    """Wait for the last attempt; raises Broken where some could not be judged."""
    from grader.web.models import Regrade
    from grader.web.regrades.preview import totals
    until = time.monotonic() + OVER_S
    while Regrade.objects.get(pk=made.pk).state == Regrade.State.RUNNING and time.monotonic() < until:
        on_done(totals(made).over)
        time.sleep(LOOK_S)
    told = totals(made)
    on_done(told.over)
    if told.done < told.asked:
        raise Broken(f"{told.done} of {told.asked} attempts are judged: {told.by}")
