"""What a report says, written into columns with it: in one transaction, in a handful of statements.

Whatever else rests on reports (the scores that count, the work list, what is compared) is brought up to date here too, so that
there is one place a report passes when it is written. Reports that came without are found by the sweeper.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from grader.errors import Broken
from grader.figures import wait_bin
from grader.report import Report
from grader.verdict import Result, Verdict
from grader.web import counted, likenesses, reports, teams, work
from grader.web.models import Attempt, Digest, Outcome, State

ONCE = 200  # attempts of one round of catching up
TEXT = 80  # characters kept of a name
log = logging.getLogger(__name__)


def write(pk: int, report: Report) -> None:
    """Write an attempt's report into columns, anew where it is there; call it in the transaction that writes the report."""
    attempt = Attempt.objects.select_related("submission__assignment__course", "submission__user").get(pk=pk)
    Outcome.objects.filter(attempt=attempt).delete()
    Outcome.objects.bulk_create(rows_of(attempt, report))
    digest = digest_of(attempt, report)
    digest.save()
    work.offer(attempt, digest, report)
    counted.recount_one(attempt.submission)
    likenesses.ask(attempt.submission)


def write_all(written: Sequence[tuple[Attempt, Report]]) -> None:
    """Write the reports of new attempts that don't count into columns; what rests on what counts waits until they do."""
    Outcome.objects.bulk_create([row for attempt, report in written for row in rows_of(attempt, report)])
    Digest.objects.bulk_create([digest_of(attempt, report) for attempt, report in written])


def changed(attempts: Collection[int]) -> None:
    """Bring up to date what rests on attempts that count from now on, or count no more; call it in the same transaction."""
    found = list(Attempt.objects.filter(pk__in=attempts).select_related(
        "submission__assignment__course", "submission__user", "digest"))
    courses = {a.submission.assignment.course for a in found}
    owners = teams.owners_of([a.submission for a in found])
    for course in courses:
        theirs = [a.submission for a in found if a.submission.assignment.course_id == course.pk]
        users, places = {u for s in theirs for u in owners[s.pk]}, {s.assignment_id: s.assignment for s in theirs}
        counted.recount(course, users, places.values())
    work.offer_all(found)


def catch_up(most: int = ONCE) -> int:
    """Write what reports say that came without columns, as those from before there were any; returns how many."""
    late = Attempt.objects.filter(state=State.DONE, digest=None).exclude(report="").order_by("pk")
    done = 0
    for attempt in late[:most]:
        try:
            report = reports.stored(attempt)
        except Broken as e:
            log.warning("attempt %s: its report cannot be read: %s", attempt.pk, e)
            report = _lost(attempt)
        with transaction.atomic():
            write(attempt.pk, report)
        done += 1
    return done


def nearest(checks: Iterable[Verdict]) -> Verdict | None:
    """Find the check whose share of the allowed distance is nearest to all of it, on either side."""
    judged = [c for c in checks if c.verdict is not Result.SKIPPED and c.used is not None and 0 < c.used < math.inf]
    return min(judged, key=lambda c: abs(math.log(c.used or 1.0)), default=None)


def rows_of(attempt: Attempt, report: Report) -> list[Outcome]:
    """Make the rows of a report's checks."""
    return [Outcome(attempt=attempt, place=place, name=c.name[:TEXT], verdict=str(c.verdict), points=c.points,
                    max_points=c.max_points, used=c.used, visibility=c.visibility, flag=c.flag[:300])
            for place, c in enumerate(report.checks)]


def digest_of(attempt: Attempt, report: Report) -> Digest:
    """Make the row of an attempt that is graded."""
    assignment, facts = attempt.submission.assignment, report.provenance
    queued, near = attempt.created_at.astimezone(ZoneInfo(assignment.course.time_zone)), nearest(report.checks)
    seconds = float(facts.get("seconds") or 0.0)
    return Digest(
        attempt=attempt, assignment=assignment, student=attempt.submission.user, day=queued.date(), hour=queued.hour,
        wait_bin=wait_bin(_span(attempt.created_at, attempt.started_at)), busy_s=_span(attempt.started_at, attempt.finished_at),
        gpu_s=seconds if str(facts.get("device", "cpu")).startswith("cuda") else 0.0,
        nearest=near.used if near else None, nearest_check=near.name[:TEXT] if near else "", flags=len(report.flags),
        mistake=report.diagnosis.mistake[:TEXT] if report.diagnosis else "")


def _span(begun: datetime | None, ended: datetime | None) -> float:
    return max(0.0, (ended - begun).total_seconds()) if begun and ended else 0.0


def _lost(attempt: Attempt) -> Report:
    """Stand in for a report that can't be read, with what the row knows of it."""
    return Report.model_validate({
        "assignment": "", "title": "", "file": "", "style": "", "status": attempt.status or "broken", "because": "",
        "score": attempt.score or 0.0, "points": attempt.points or 0.0, "checks": [], "notes": [], "stdout": "", "stderr": "",
        "provenance": {}})
