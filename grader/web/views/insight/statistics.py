"""Statistics of a course and of one of its assignments, for staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grader import figures
from grader.pictures import columns, lines
from grader.pictures.columns import Chart, Kind
from grader.pictures.drawn import Drawn
from grader.web import access, grades, progress, specs, statistics
from grader.web.models import LIVE, Attempt, Course
from grader.web.statistics import MISTAKES, CheckFigures, Days, Mistake
from grader.web.views.gate import Request, members

TENTHS = [*(f"{10 * k}–{10 * k + 10} %" for k in range(10)), "full"]  # noqa: RUF001 - a dash between numbers
SHARES = [*(f"≤ {end:g}" for end in figures.MARGINS), f"> {figures.MARGINS[-1]:g}"]


@members
@require_safe
def course(request: Request, course: str) -> HttpResponse:
    """Show a course's scores, its work over time, and what its machines do."""
    member = access.member_as(request.user, course, *access.STAFF)
    spreads = statistics.spreads(member.course)
    days, waits = statistics.over_time([s.assignment for s in spreads])
    totals, points = statistics.totals(member.course), sum(s.points for s in spreads)
    spread = Chart("Totals of the students", "share of all points", TENTHS, [
        Kind("students", figures.scores(totals, points or 1.0))],
        f"Totals of {len(totals)} students, in tenths of {points:g} points.")
    charts = [columns.draw(spread, "totals"), *over_time(days)]
    return render(request, "web/statistics.html", {
        "course": member.course, "member": member, "now": specs.now(), "spreads": spreads, "waits": waits,
        "charts": [c for c in charts if c], "students": grades.students(member.course).count(),
        "live": _live(member.course), "slots": progress.slots(progress.connect(settings.GRADER.redis_url))})


@members
@require_safe
def assignment(request: Request, course: str, slug: str) -> HttpResponse:
    """Show an assignment's scores, checks, mistakes, and its work over time."""
    member = access.member_as(request.user, course, *access.STAFF)
    _, found = access.assignment(request.user, course, slug)
    [spread] = [s for s in statistics.spreads(member.course) if s.assignment == found]
    checks, mistakes = statistics.checks(found), statistics.mistakes(found)
    days, waits = statistics.over_time([found])
    charts = [columns.draw(Chart("Scores", "share of the points", TENTHS, [Kind("students", spread.columns)],
                                 f"Scores of {spread.students} students, in tenths of {spread.points:g} points."), "scores")]
    return render(request, "web/assignment_statistics.html", {
        "course": member.course, "member": member, "assignment": found, "now": specs.now(), "spread": spread, "waits": waits,
        "checks": [(c, margins(c, f"margins-{k}")) for k, c in enumerate(checks)], "mistakes": mistakes[:MISTAKES],
        "scores": [c for c in charts if c], "charts": [c for c in [*_mistakes(mistakes, days.days), *over_time(days)] if c],
        "students": grades.students(member.course).count(), "rule": RULE})


RULE = (f"An attempt looks right to a check when all its other checks passed, no known mistake explains it, and this check "
        f"passed or was missed by less than the allowed distance once more. A check that is as it should be fails a right "
        f"attempt in less than {figures.WRONGLY:.1%} of cases; the alarm is raised from the number on that such a check reaches "
        f"in at most one of {round(1 / figures.CHANCE):,} classes.")


def over_time(days: Days) -> list[Drawn | None]:
    """Draw what happened day by day."""
    names = [_day(d) for d in days.days]
    if not names:
        return []
    return [
        columns.draw(Chart("Attempts", "day", names, [Kind("attempts", days.attempts)],
                           "Attempts by the day they were queued."), "attempts"),
        lines.draw("Time waited before grading began", names, [
            ("half waited at most", days.half_s), ("95 of 100 at most", days.most_s)], "seconds", "waits"),
        columns.draw(Chart("Hours of grading", "day", names, [Kind("hours", days.busy_h)],
                           "Hours that workers were busy with attempts, by day; one slot of a worker has 24."), "busy"),
        columns.draw(Chart("GPU minutes", "day", names, [Kind("minutes", days.gpu_min)], "Minutes on a GPU, by day."), "gpu")]


def margins(check: CheckFigures, key: str) -> Drawn | None:
    """Draw how much of the allowed distance attempts used."""
    kinds = [Kind("passed", check.passed_margins), Kind("failed", check.failed_margins, "striped")]
    limit = figures.MARGINS.index(1.0) + 1
    return columns.draw(Chart(f"Margins of {check.name}", "share of the allowed distance", SHARES, kinds,
                              "How much of the allowed distance was used; the upright line is all of it.", limit), key)


def _mistakes(found: Sequence[Mistake], days: Sequence[date]) -> list[Drawn | None]:
    """Draw the three most frequent mistakes day by day."""
    looks = ("full", "striped", "hollow")
    kinds = [Kind(m.name, [m.days.get(d, 0) for d in days], look)  # type: ignore[arg-type]
             for m, look in zip(found, looks, strict=False)]
    if not kinds or not days:
        return []
    told = "The most frequent named mistakes, in attempts by day."
    return [columns.draw(Chart("Named mistakes", "day", [_day(d) for d in days], kinds, told), "mistakes")]


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _live(course: Course) -> int:
    return Attempt.objects.filter(submission__assignment__course=course, state__in=LIVE).count()


