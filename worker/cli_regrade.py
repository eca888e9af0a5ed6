"""The commands about kept attempts: `regrade` judges them again, `prune` forgets old ones."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from grader import shown
from grader.catalog import Assignment, find
from grader.errors import Broken, GraderError
from grader.manifest import prune
from grader.settings import read_settings
from grader.table import cell
from grader.wording import nearest
from worker.keep import Store
from worker.regrade import Damaged, Regraded, apply, regrade, revert

OUTCOMES = ("up", "down", "unchanged", "run again")
HEAD = ("assignment", "file", "outcome", "old", "new", "points", "near the line", "changes", "to run again")
out, err = Console(), Console(stderr=True)

StoreArgument = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="folder written by try --keep")]
AssignmentOption = Annotated[str | None, typer.Option(help="slug or folder; default: every assignment in the store")]


def regrade_command(
        store: StoreArgument, assignment: AssignmentOption = None,
        checks: Annotated[list[str] | None, typer.Option(help="judge only this check again; may be repeated")] = None,
        is_applied: Annotated[bool, typer.Option("--apply", help="let the new reports count")] = False,
        is_reverted: Annotated[bool, typer.Option("--revert", help="take the last regrading back")] = False,
        table: Annotated[Path | None, typer.Option("--csv", help="write a row per attempt")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False) -> None:
    """Judge kept attempts again with the spec as it is now; runs nothing, and shows who would change before it counts."""
    kept, chosen = Store(store), _assignments(Store(store), assignment, store)
    now = datetime.now(UTC)
    if is_reverted:
        if is_applied or checks:
            raise GraderError("--revert goes with neither --apply nor --checks")
        return _revert(kept, chosen, now, as_json=as_json)
    only = _known(checks or [], chosen)
    found = _regraded(kept, chosen, only)
    applied = {slug: apply(kept, results, now) for slug, results in found.items()} if is_applied else {}
    rows = [r for results in found.values() for r in results]
    if table:
        with table.open("w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows([HEAD, *(_cells(r) for r in rows if isinstance(r, Regraded))])
    if as_json:
        sys.stdout.write(json.dumps(_document(found, applied), allow_nan=False) + "\n")
    else:
        _show(rows, applied, store)
    if damaged := [r for r in rows if isinstance(r, Damaged)]:
        raise Broken(f"{_count(len(damaged), 'kept attempt')} cannot be judged; the first, {damaged[0].id}: {damaged[0].because}")
    return None


def _assignments(store: Store, asked: str | None, where: Path) -> list[Assignment]:
    root, there = read_settings().assignments, store.manifests.assignments()
    if not there:
        raise GraderError(f"no attempt is kept in {where}; keep some with: grader try ASSIGNMENT FILE... --keep {where}")
    chosen = [find(name, root) for name in ([asked] if asked else there)]
    for a in chosen:
        if a.slug not in there:
            raise GraderError(f"no attempt of {a.slug} is kept in {where}; there are {', '.join(there)}")
    return chosen


def _known(checks: list[str], chosen: Sequence[Assignment]) -> list[str]:
    known = {c.name for a in chosen for c in a.spec.checks}
    for name in checks:
        if name not in known:
            raise GraderError(f"no check {name} in {', '.join(a.slug for a in chosen)}{nearest(name, known)}")
    return checks


def _regraded(store: Store, chosen: Sequence[Assignment], only: list[str]) -> dict[str, list[Regraded | Damaged]]:
    places = read_settings().places
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err) as progress:
        task = progress.add_task("judging again", total=sum(len(store.manifests.of(a.slug)) for a in chosen))
        return {a.slug: regrade(store, a, places, only, lambda: progress.advance(task)) for a in chosen}


def _revert(store: Store, chosen: Sequence[Assignment], now: datetime, *, as_json: bool) -> None:
    taken = {a.slug: revert(store, a.slug, now) for a in chosen}
    if as_json:
        sys.stdout.write(json.dumps({"reverted": {s: {"regrade": name, "reports": n} for s, (name, n) in taken.items()}}) + "\n")
        return
    for slug, (name, count) in taken.items():
        _say(f"{slug}: regrading {name} taken back; earlier reports that count again: {count}" if count else
             f"{slug}: no regrading counts, nothing was taken back")


def _totals(rows: Sequence[Regraded | Damaged]) -> dict[str, int]:
    judged = [r for r in rows if isinstance(r, Regraded)]
    count = Counter(r.outcome for r in judged)
    return {"attempts": len(rows), **{name: count[name] for name in OUTCOMES},  # type: ignore[index]
            "near the line": sum(bool(r.near) for r in judged), "damaged": len(rows) - len(judged)}


def _show(rows: Sequence[Regraded | Damaged], applied: dict[str, tuple[str, int]], where: Path) -> None:
    changed = [r for r in rows if isinstance(r, Regraded) and (r.missing or r.changes or r.outcome != "unchanged")]
    table = Table("file", "old", "new", "what changes, and why", title="Judged again")
    for r in changed:
        table.add_row(_line(r.record.manifest.origin), _score(r.old), "?" if r.missing else _score(r.new), _line(_told(r)))
    if changed:
        out.print(table)
    for (reason, count) in _again(rows).items():
        _say(f"to run again: {reason}: {_count(count, 'attempt')}")
    _say(", ".join(f"{count} {name}" for name, count in _totals(rows).items() if count or name in OUTCOMES))
    if not applied:
        _say("nothing counts yet; add --apply to let the new reports count")
    for slug, (name, count) in applied.items():
        _say(f"{slug}: new reports that count: {count} (regrading {name}); take them back with: "
             f"grader regrade {where} --assignment {slug} --revert")


def _again(rows: Sequence[Regraded | Damaged]) -> Counter[str]:
    return Counter(f"probe {n}: {why}" if n != "limits" else why
                   for r in rows if isinstance(r, Regraded) for n, why in r.missing.items())


def _told(r: Regraded) -> str:
    if r.missing:
        return "must be run again: " + "; ".join(f"{n} ({why})" for n, why in r.missing.items())
    told = [f"{c.check} {c.before} → {c.after} ({c.because})" for c in r.changes]
    return "; ".join(told) or "other points"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _line(text: str) -> Text:
    return Text(shown.line(text))


def _score(report: Any) -> str:
    return f"{shown.points(report.score)} / {shown.points(report.points)}"


def _cells(r: Regraded) -> list[str]:
    told = "" if r.missing else "; ".join(f"{c.check} {c.before} → {c.after} ({c.because})" for c in r.changes)
    again = "; ".join(f"{n} ({why})" for n, why in r.missing.items())
    new = "" if r.missing else shown.points(r.new.score)
    return [cell(r.record.manifest.assignment), cell(r.record.manifest.origin), r.outcome, shown.points(r.old.score), new,
            shown.points(r.new.points), cell(" ".join(r.near)), cell(told), cell(again)]


def _document(found: dict[str, list[Regraded | Damaged]], applied: dict[str, tuple[str, int]]) -> dict[str, Any]:
    rows = [r for results in found.values() for r in results]
    return {"totals": _totals(rows), "again": dict(_again(rows)),
            "applied": {slug: {"regrade": name, "reports": n} for slug, (name, n) in applied.items()},
            "attempts": [_row(r) for r in rows if isinstance(r, Regraded)],
            "damaged": [{"id": r.id, "because": r.because} for r in rows if isinstance(r, Damaged)]}


def _row(r: Regraded) -> dict[str, Any]:
    m = r.record.manifest
    return {"id": r.record.id, "assignment": m.assignment, "file": m.origin, "outcome": r.outcome, "old": r.old.score,
            "new": r.new.score, "old_points": r.old.points, "points": r.new.points, "near": r.near, "again": r.missing,
            "changes": [{"check": c.check, "before": c.before, "after": c.after, "because": c.because} for c in r.changes]}


def prune_command(store: StoreArgument,
                  days: Annotated[float, typer.Option("--older-than", help="days", min=0)] = 365) -> None:
    """Forget kept attempts older than so many days, but never the newest of a submission, and what only they needed."""
    kept = Store(store)
    attempts, objects = prune(kept.objects, kept.manifests, datetime.now(UTC), days)
    _say(f"{_count(attempts, 'attempt')} and {_count(objects, 'object')} removed from {store}")


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)
