"""The boundaries of a course: percents of the points near which a score is worth a second look."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.db import transaction

from grader.errors import GraderError
from grader.web import audit
from grader.web.models import Membership, Split, WorkRules

MOST = 20  # boundaries


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Percents at which a grade changes, and how near is near."""

    percents: list[float]
    within: float


def read(said: dict[str, str]) -> Boundaries:
    """Read a form; raises GraderError with what is wrong."""
    words = said.get("boundaries", "").replace(";", " ").replace(",", " ").replace("%", " ").split()
    if len(words) > MOST:
        raise GraderError(f"{len(words)} boundaries; {MOST} is the most.")
    percents = sorted({_percent(w, 100.0) for w in words})
    return Boundaries(percents, _percent(said.get("within", "") or "1", 20.0))


def read_way(said: dict[str, str]) -> str:
    """Read how the work is to be split; raises GraderError where it isn't said."""
    if (way := said.get("way", "")) not in Split.values:
        raise GraderError("Choose how the work is split.")
    return way


def set_boundaries(member: Membership, given: Boundaries) -> None:
    """Set a course's boundaries, for reports from now on."""
    with transaction.atomic():
        before, _ = WorkRules.objects.get_or_create(course=member.course)
        if (before.boundaries, before.within) != (given.percents, given.within):
            WorkRules.objects.filter(pk=before.pk).update(boundaries=given.percents, within=given.within)
            audit.record(member.user, "work.boundaries", course=member.course, before=before.boundaries, after=given.percents)


def _percent(word: str, most: float) -> float:
    try:
        found = float(word.replace("%", ""))
    except ValueError as e:
        raise GraderError(f"{word!r:.20} is no number: write percents, as in 50 75 90.") from e
    if not (math.isfinite(found) and 0 <= found <= most):
        raise GraderError(f"{word!r:.20}: write a percent from 0 to {most:g}.")
    return found
