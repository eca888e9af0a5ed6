"""Removing from the store what rows have let go of, unless another row names the same content.

Theory of operation. Objects are shared by content: two students may hand in one file, a regrade judges the evidence of an older
attempt, a proof keeps the zip that a version is made of. So a row that lets go of an object removes nothing itself. It leaves the
name (`ask`) in its own transaction, and whoever comes by, the sweeper at the latest, removes those that no row names any more. A
crash anywhere leaves the name standing, and it is done then.

Manifests are JSON, and there may be many: they are read before the store is held alone, and inside it only those that came since.
A store without a lock (S3) keeps what is younger than a day, for somebody may just have put the same; the name stands until then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from grader.web import specs
from grader.web.models import Attempt, DraftFile, Leftover, Proof, SpecVersion, Submission

ONCE = 500  # objects of one round
BEHIND = timedelta(minutes=5)  # by which another host's clock may be behind
NAMED_BY: tuple[tuple[Any, str], ...] = (
    (Submission, "content"), (Attempt, "report"), (SpecVersion, "content"), (DraftFile, "content"), (Proof, "content"),
    (Proof, "proven"), (Proof, "report"))


def objects_of(manifest: Any) -> set[str]:
    """Name the objects that a manifest needs, as it is kept in a row."""
    return {manifest["submission"], *(run["content"] for run in manifest["runs"])} if manifest else set()


def ask(names: Iterable[str], now: datetime) -> None:
    """Let go of objects; call it in the transaction that removes their names."""
    Leftover.objects.bulk_create([Leftover(content=name, at=now) for name in sorted(set(names) - {""})], 500,
                                 ignore_conflicts=True)


def clear(now: datetime, most: int = ONCE) -> int:
    """Remove some of what nothing names any more; returns how many objects went. Raises Broken where the store is away."""
    names = set(Leftover.objects.order_by("pk").values_list("content", flat=True)[:most])
    if not names:
        return 0
    objects, every = specs.objects(), Attempt.objects.filter(forgotten_at=None).exclude(manifest=None)
    held = _in_manifests(names, every)
    with objects.alone():
        held |= _in_columns(names) | _in_manifests(names, every.filter(finished_at__gte=now - BEHIND))
        gone = objects.remove(names - held)
        Leftover.objects.filter(content__in=held | gone).delete()
    return len(gone)


def _in_columns(names: set[str]) -> set[str]:
    return {found for model, column in NAMED_BY
            for found in model.objects.filter(**{f"{column}__in": names}).order_by().values_list(column, flat=True)}


def _in_manifests(names: set[str], attempts: QuerySet[Attempt]) -> set[str]:
    found: set[str] = set()
    for manifest in attempts.order_by().values_list("manifest", flat=True).iterator(chunk_size=500):
        found |= names & objects_of(manifest)
    return found
