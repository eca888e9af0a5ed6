"""Judging kept attempts again with a spec as it is now: nothing is run, and nothing counts until it is applied."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from grader.catalog import Assignment
from grader.errors import Broken, SubmissionError
from grader.judge import needed
from grader.manifest import Judged, Record
from grader.report import Report, score_of
from grader.settings import Places
from grader.verdict import Result, Verdict
from worker.attempt import unrun
from worker.keep import Store, missing, rebuild, report_bytes

Outcome = Literal["up", "down", "unchanged", "run again"]


@dataclass(frozen=True, slots=True)
class Change:
    """A check whose verdict is another one now."""

    check: str
    before: str
    after: str
    because: str


@dataclass(frozen=True, slots=True)
class Regraded:
    """One attempt judged again: its report that counts, the one it would get, and what is missing for that.

    Both are without pictures and output, so that thousands fit in memory; `packed` is the new one as a whole, compressed,
    or empty when it is the old one.
    """

    record: Record
    old: Report
    new: Report
    missing: dict[str, str]
    packed: bytes

    @classmethod
    def of(cls, record: Record, old: Report, new: Report, missing: dict[str, str]) -> Regraded:
        """Compare two reports."""
        whole = report_bytes(new)
        return cls(record, slim(old), slim(new), missing, zlib.compress(whole, 1) if whole != report_bytes(old) else b"")

    @property
    def outcome(self) -> Outcome:
        """Say what becomes of the score."""
        if self.missing:
            return "run again"
        return outcome_of(self.old, self.new)

    @property
    def changes(self) -> list[Change]:
        """List the checks whose verdict changes, those that are new or gone among them."""
        return changed(self.old, self.new)

    @property
    def near(self) -> list[str]:
        """Name the checks that used about all of their tolerance."""
        return self.new.near

    @property
    def is_new(self) -> bool:
        """Tell whether applying would change anything in the report."""
        return not self.missing and bool(self.packed)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A kept attempt that cannot be judged, because what was kept is damaged or our reference fails."""

    id: str
    because: str


def regrade(store: Store, assignment: Assignment, places: Places, only: Collection[str] = (),
            on_done: Callable[[], None] = lambda: None) -> list[Regraded | Damaged]:
    """Judge all kept attempts of an assignment again, or only some of their checks, the oldest attempt first."""
    found: list[Regraded | Damaged] = []
    for name in store.manifests.of(assignment.slug):
        try:
            found.append(judged_again(store, store.manifests.read(assignment.slug, name), assignment, places, only))
        except Broken as e:
            found.append(Damaged(name, str(e)))
        on_done()
    return found


def judged_again(store: Store, record: Record, assignment: Assignment, places: Places,
                 only: Collection[str] = ()) -> Regraded:
    """Judge one kept attempt again; raises Broken when something kept is damaged."""
    manifest, old = record.manifest, store.report(record.standing[-1])
    try:
        attempt = rebuild(store, manifest, assignment, places)
    except SubmissionError as e:
        return Regraded.of(record, old, unrun(assignment, manifest.file, "crashed", str(e), manifest.seed), {})
    if any(v.verdict is not Result.PASSED for v in attempt.verdicts.values()):
        attempt.diagnosis = old.diagnosis  # it explains what was measured, and that is the same
    new, lacking = attempt.report(), missing(attempt, manifest)
    if only:
        looked_at = {p for c in needed(assignment.spec, attempt.style, only) for p in c.probes()}
        lacking = {n: why for n, why in lacking.items() if n in looked_at or n == "limits"}
        new = merged(old, new, only)
    return Regraded.of(record, old, new, lacking)


def outcome_of(old: Report, new: Report) -> Outcome:
    """Say what becomes of a score."""
    if new.score == old.score:
        return "unchanged"
    return "up" if new.score > old.score else "down"


def changed(old: Report, new: Report) -> list[Change]:
    """List the checks whose verdict changes, those that are new or gone among them."""
    before, after = ({v.name: v for v in r.checks} for r in (old, new))
    pairs = [(n, before.get(n), after.get(n)) for n in dict.fromkeys([*after, *before])]
    return [_change(n, a, b) for n, a, b in pairs if _word(a) != _word(b)]


def slim(report: Report) -> Report:
    """Leave out what only a reader of the whole report wants."""
    checks = [v.model_copy(update={"picture": {}}) for v in report.checks]
    return report.model_copy(update={"checks": checks, "stdout": "", "stderr": ""})


def merged(old: Report, new: Report, only: Collection[str]) -> Report:
    """Take some checks from a new report and the others from the old one."""
    fresh = {v.name: v for v in new.checks if v.name in only}
    checks = [fresh.pop(v.name, v) for v in old.checks]
    checks += fresh.values()
    return new.model_copy(update={"checks": checks, "score": score_of(checks), "points": sum(v.max_points for v in checks),
                                  "provenance": new.provenance | {"judged again": sorted(only)}})


def apply(store: Store, found: Sequence[Regraded | Damaged], now: datetime) -> tuple[str, int]:
    """Let the new reports count, beside the old ones; returns the regrading's name and how many there are.

    What must be run again keeps its report. Raises Broken when another regrading came in between.
    """
    name = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
    new = [r for r in found if isinstance(r, Regraded) and r.is_new]
    with store.objects.keeping():
        for r in new:
            report = store.objects.put(zlib.decompress(r.packed))
            store.manifests.append(r.record, Judged(report=report, at=now, regrade=name))
    return name, len(new)


def revert(store: Store, slug: str, now: datetime) -> tuple[str, int]:
    """Take back the last regrading of an assignment that still counts somewhere; returns its name and how many reports."""
    records = [store.manifests.read(slug, name) for name in store.manifests.of(slug)]
    counting = [r for r in records if r.standing[-1].regrade]
    last = max((r.standing[-1] for r in counting), key=lambda j: (j.at, j.regrade), default=None)
    mine = [r for r in counting if last and r.standing[-1].regrade == last.regrade]
    for r in mine:
        store.manifests.append(r, Judged(report=r.standing[-2].report, at=now, regrade=r.standing[-1].regrade,
                                         is_revert=True))
    return (last.regrade if last else ""), len(mine)


def _word(verdict: Verdict | None) -> str:
    return verdict.verdict.value if verdict else "not there"


def _change(name: str, before: Verdict | None, after: Verdict | None) -> Change:
    return Change(name, _word(before), _word(after), after.because if after else "the spec has no such check any more")
