"""What staff read of an attempt beside its report: every trial, what it rests on, what it used, and the other gradings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grader.pictures.trials import Place, band
from grader.report import Report
from grader.shown import line
from grader.verdict import Verdict
from grader.web import differences, replays, reports, specs
from grader.web.differences import Change
from grader.web.models import LIVE, Attempt, State

NAMED = {"spec", "digest", "submission"}  # of the provenance, told in words of their own
USED = {"seconds", "cpu_s", "peak_memory_mb", "rounds"}
Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One trial of a check; `place` is its value and the band's ends, where the margin names them."""

    check: Verdict
    number: int
    seed: int
    is_passed: bool
    margin: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Again:
    """How a replay came out beside the attempt it repeats: verdicts that differ, and checks whose numbers do."""

    original: Attempt
    changes: list[Change]
    numbers: list[str]


@dataclass(frozen=True, slots=True)
class StaffReport:
    """All that."""

    trials: list[TrialRow]
    facts: list[Fact]
    used: list[Fact]
    attempts: list[Attempt]  # of the submission, the newest first
    again: Again | None
    can_replay: bool


def of(attempt: Attempt, report: Report | None) -> StaffReport:
    """Work it out; `report` is None where there is none."""
    every = list(attempt.submission.attempts.select_related("version", "submission").order_by("-number"))
    is_over = attempt.state in (State.DONE, State.BROKEN)
    return StaffReport(
        list(_trials(report.checks)) if report else [], list(_facts(attempt, report)), list(_used(attempt, report)), every,
        _again(attempt, report) if report else None, is_over and not any(_is_replay_of(a, attempt) for a in every)
        and bool(attempt.submission.content))


def _is_replay_of(one: Attempt, attempt: Attempt) -> bool:
    return not one.counts and one.state in LIVE and (one.version_id, one.seed) == (attempt.version_id, attempt.seed)


def _trials(checks: Iterable[Verdict]) -> Iterable[TrialRow]:
    for check in checks:
        for number, t in enumerate(check.trials, 1):
            yield TrialRow(check, number, t.seed, t.is_passed, t.margin, band(t.margin))


def _facts(attempt: Attempt, report: Report | None) -> Iterable[Fact]:
    """Name what the verdicts rest on, in full."""
    version, told = attempt.version, dict(report.provenance) if report else {}
    yield "spec", f"{version.slug}, version {version.number}"
    yield "digest of the spec", str(told.get("spec") or version.digest)
    if digest := told.get("digest"):
        yield "digest of the runtime", str(digest)
    yield "SHA-256 of the submission", attempt.submission.content
    yield "seed", str(attempt.seed)
    for name, value in told.items():
        if name not in NAMED | USED | {"seed"} and value not in (None, "", []):
            yield name.replace("_", " "), line(", ".join(map(str, value)) if isinstance(value, list) else value, 300)
    yield from (("worker", line(attempt.worker, 120) or "none yet"), ("tries", str(attempt.tries)), ("queue", attempt.queue))


def _used(attempt: Attempt, report: Report | None) -> Iterable[Fact]:
    """Say what the attempt used, beside what it may use."""
    told, limits = report.provenance if report else {}, specs.folder(attempt.version).spec.limits
    start, end = attempt.started_at, attempt.finished_at
    if start is not None:
        yield "waited", _seconds(_between(attempt.created_at, start))
    if start is not None and end is not None:
        whole = _between(start, end)
        yield "graded in", _seconds(whole)
        if (inside := _number(told, "seconds")) is not None:
            yield "in boxes", f"{_seconds(inside)}; at most {limits.seconds:g} s a run"
            yield "judging, comparing and keeping", _seconds(max(0.0, whole - inside))
    if (cpu := _number(told, "cpu_s")) is not None:
        yield "CPU", _seconds(cpu)
    if (peak := _number(told, "peak_memory_mb")) is not None:
        yield "peak memory", f"{peak:.0f} MB of {limits.memory_mb} MB"
    if (rounds := _number(told, "rounds")) is not None:
        yield "runs", f"{rounds:.0f}"


def _again(attempt: Attempt, report: Report) -> Again | None:
    original = replays.original(attempt)
    if original is None or not original.report:
        return None
    before = reports.stored(original)
    old = {c.name: c for c in before.checks}
    changes = differences.changes(before, report)
    changed = {c.about for c in changes}
    numbers = [c.about for c in report.checks
               if c.about not in changed and c.name in old and _numbers(c) != _numbers(old[c.name])]
    return Again(original, changes, numbers)


def _numbers(check: Verdict) -> tuple[Any, ...]:
    return check.because, check.margin, check.used, [(t.seed, t.margin) for t in check.trials]


def _between(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds())


def _number(told: Mapping[str, Any], name: str) -> float | None:
    value = told.get(name)
    return float(value) if isinstance(value, int | float) else None


def _seconds(value: float) -> str:
    return f"{value:.3g} s" if value < 1000 else f"{value:.0f} s"
