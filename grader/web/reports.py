"""What of an attempt's report a viewer may see. Pages and the API show nothing that did not pass through here.

Everything shown is a channel: a student who sees a hidden check's points, its text, the time it took or what the program
printed while it ran could learn what it looks at. So of hidden checks only their number and worth is told, and when they will
be shown; and what was printed, the seconds and the seed are kept back with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grader.report import Report, score_of
from grader.verdict import Result, Verdict
from grader.web import allowances, holds, policy, specs, teams
from grader.web.models import Attempt, Membership, SpecVersion

WHEN = {"after_due": "after the due date", "after_release": "when the grades are released", "staff": "to staff only"}
HELD = "when staff no longer hold the grade back"
FOR_STAFF = ("seed",)  # of the provenance
TIMES = ("seconds", "cpu_s", "peak_memory_mb", "rounds", "trials")


@dataclass(frozen=True, slots=True)
class Hidden:
    """Checks that are not shown yet: how many, worth how much, and when they will be."""

    count: int
    points: float
    when: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as one viewer may see it. `report` has the visible checks alone, and their score."""

    report: Report
    hidden: tuple[Hidden, ...]
    is_held: bool = False  # back from the viewer, by staff


def stored(attempt: Attempt) -> Report:
    """Read an attempt's report, whole; raises Broken where the store is damaged."""
    return read(attempt.report)


def read(name: str) -> Report:
    """Read a report by the name of its object; raises Broken where the store is damaged."""
    return Report.model_validate_json(specs.objects().get(name))


def shown(attempt: Attempt, viewer: Membership, now: datetime) -> Shown:
    """Make of an attempt's report what a member of its course may see now."""
    assignment, user = attempt.submission.assignment, teams.whose(attempt.submission, viewer)
    dates = policy.window(assignment, allowances.one(assignment, user))
    report = stored(attempt)
    visible = [c for c in report.checks
               if policy.is_visible(c.visibility, dates, assignment.released_at, now, is_staff=viewer.is_staff)]
    if viewer.is_staff:
        return Shown(report, ())
    if holds.is_held(assignment, user):
        whole = Hidden(len(report.checks), sum(c.max_points for c in report.checks), HELD)
        return Shown(_for_student(report, []), (whole,), is_held=True)
    return Shown(_for_student(report, visible), hidden_of(report, visible))


def is_whole(version: SpecVersion, dates: policy.Window, released_at: datetime | None, now: datetime) -> bool:
    """Whether a student may see all of a grade: every check that is ever shown to students is."""
    kinds = {c.visibility for c in specs.folder(version).spec.checks} - {"staff"}
    return all(policy.is_visible(kind, dates, released_at, now, is_staff=False) for kind in kinds)


def is_open(attempt: Attempt, viewer: Membership, now: datetime) -> bool:
    """Whether a viewer may see what staff wrote at a submission: students if they may see the whole grade, and it isn't held."""
    if viewer.is_staff:
        return True
    assignment, user = attempt.submission.assignment, teams.whose(attempt.submission, viewer)
    dates = policy.window(assignment, allowances.one(assignment, user))
    return is_whole(attempt.version, dates, assignment.released_at, now) and not holds.is_held(assignment, user)


def hidden_of(report: Report, visible: list[Verdict]) -> tuple[Hidden, ...]:
    """Count what is hidden, by when it will be shown."""
    left = [c for c in report.checks if c not in visible]
    groups = [(when, [c for c in left if c.visibility == key]) for key, when in WHEN.items()]
    return tuple(Hidden(len(cs), sum(c.max_points for c in cs), when) for when, cs in groups if cs)


def _for_student(report: Report, visible: list[Verdict]) -> Report:
    is_all = len(visible) == len(report.checks)
    kept_back = FOR_STAFF if is_all else (*FOR_STAFF, *TIMES)
    has_visible_fault = any(c.verdict is Result.FAILED for c in visible)
    return report.model_copy(update={
        "checks": [c.model_copy(update={"flag": "", "trials": [t.model_copy(update={"seed": 0}) for t in c.trials]})
                   for c in visible],
        "score": score_of(visible), "points": sum(c.max_points for c in visible),
        "diagnosis": report.diagnosis if has_visible_fault else None,
        "stdout": report.stdout if is_all else "", "stderr": report.stderr if is_all else "",
        "because": report.because if is_all else "",
        "provenance": {k: v for k, v in report.provenance.items() if k not in kept_back}})
