"""What is told of a whole class: scores, checks, mistakes, work over time, and how long things waited.

Everything is read from the columns that are written with each report (grader/web/outcomes.py) and from the scores that count, in
as many queries for ten students as for thousands. Of each student the attempt that counts speaks, unless attempts are counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

from django.db.models import Count, Sum

from grader import figures
from grader.figures import Row
from grader.verdict import Result
from grader.web import grades, teams
from grader.web.models import Alarm, Assignment, Counted, Course, Digest, Outcome

MOST_DAYS = 120
MISTAKES = 12  # named in a list


@dataclass(frozen=True, slots=True)
class Days:
    """What happened on each of a row of days without gaps."""

    days: list[date]
    attempts: list[int]
    busy_h: list[float]
    gpu_min: list[float]
    half_s: list[float | None]  # half of the attempts waited no longer
    most_s: list[float | None]  # 95 of 100 waited no longer


@dataclass(frozen=True, slots=True)
class Waits:
    """How long all of them together waited."""

    half_s: float | None
    most_s: float | None
    attempts: int
    busy_h: float
    gpu_min: float


@dataclass(frozen=True, slots=True)
class Spread:
    """An assignment's scores."""

    assignment: Assignment
    points: float
    students: int
    mean: float | None
    median: float | None
    full: int
    columns: list[int]
    alarms: list[Alarm]


@dataclass(frozen=True, slots=True)
class CheckFigures:
    """One check over a class."""

    name: str
    count: int
    passed: int
    skipped: int
    discrimination: float | None
    right: int  # attempts that look right to it
    right_failed: int
    alarm_from: int
    passed_margins: list[int]
    failed_margins: list[int]

    @property
    def is_alarming(self) -> bool:
        """Whether more right-looking attempts fail it than chance allows."""
        return self.right_failed >= self.alarm_from

    @property
    def rate(self) -> float:
        """The share of the attempts that pass it."""
        return self.passed / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Mistake:
    """A known mistake: in how many attempts of how many students, and in how many attempts each day."""

    name: str
    attempts: int
    students: int
    days: dict[date, int] = field(default_factory=dict)


def spreads(course: Course) -> list[Spread]:
    """Sum up the scores of each assignment of a course; one that a group has together is one."""
    assignments = list(course.assignments.select_related("version"))
    students = set(grades.students(course).values_list("user", flat=True))
    of: dict[int, list[float]] = defaultdict(list)
    grouped, seen = {a.pk for a in teams.grouped(assignments)}, set[tuple[int, float]]()
    for place, student, score, attempt in Counted.objects.filter(assignment__in=assignments, score__isnull=False).values_list(
            "assignment", "student", "score", "attempt"):
        if student not in students or score is None:
            continue
        if place in grouped and attempt is not None:
            if (attempt, score) in seen:
                continue  # a group counts once, and whoever has another score of it by hand or lateness too
            seen.add((attempt, score))
        of[place].append(score)
    alarms: dict[int, list[Alarm]] = defaultdict(list)
    for alarm in Alarm.objects.filter(assignment__in=assignments).order_by("name"):
        alarms[alarm.assignment_id].append(alarm)
    return [_spread(a, of[a.pk], alarms[a.pk]) for a in assignments]


def totals(course: Course) -> list[float]:
    """List the students' totals; those without a score are left out."""
    students = grades.students(course).values("user")
    return list(Counted.objects.filter(assignment__course=course, student__in=students, score__isnull=False).values("student")
                .annotate(total=Sum("score")).order_by().values_list("total", flat=True))


def over_time(assignments: Sequence[Assignment]) -> tuple[Days, Waits]:
    """Count attempts, the workers' time and waiting by day, over the last days on which there was something."""
    ran = Digest.objects.filter(assignment__in=assignments, busy_s__gt=0)  # what was judged from kept evidence did not wait
    rows = ran.order_by().values_list("assignment", "day", "wait_bin").annotate(
        Count("wait_bin"), Sum("busy_s"), Sum("gpu_s"))  # in the order of an index that holds all of it
    bins: dict[date, Counter[int]] = defaultdict(Counter)
    busy: Counter[date] = Counter()
    gpu: Counter[date] = Counter()
    for _, day, number, count, busy_s, gpu_s in rows:
        bins[day][number] += count
        busy[day] += busy_s
        gpu[day] += gpu_s
    days = days_between(bins)
    every = sum((bins[d] for d in bins), Counter[int]())
    return (Days(days, [bins[d].total() for d in days], [busy[d] / 3600 for d in days], [gpu[d] / 60 for d in days],
                 [figures.quantile_s(bins[d], 0.5) for d in days], [figures.quantile_s(bins[d], 0.95) for d in days]),
            Waits(figures.quantile_s(every, 0.5), figures.quantile_s(every, 0.95), every.total(), sum(busy.values()) / 3600,
                  sum(gpu.values()) / 60))


def days_between(found: Mapping[date, object]) -> list[date]:
    """List the days from the first to the last without gaps, MOST_DAYS at most."""
    if not found:
        return []
    first, last = min(found), max(found)
    first = max(first, last - timedelta(days=MOST_DAYS - 1))
    return [first + timedelta(days=k) for k in range((last - first).days + 1)]


def checks(assignment: Assignment) -> list[CheckFigures]:
    """Work out what each check does over a class, in the order of the reports."""
    attempts = counting_attempts(assignment)
    names = list(dict.fromkeys(name for rows, _ in attempts for name in rows))
    return [_check(name, attempts) for name in names]


def counting_attempts(assignment: Assignment) -> list[tuple[dict[str, Row], str]]:
    """Read the checks of each student's attempt that counts, and the known mistake that explains it."""
    students = grades.students(assignment.course).values("user")
    counting = Counted.objects.filter(assignment=assignment, attempt__isnull=False, student__in=students).values("attempt")
    found: dict[int, dict[str, Row]] = defaultdict(dict)
    outcomes = Outcome.objects.filter(attempt__in=counting).order_by("attempt_id", "place")
    for pk, name, verdict, points, most, used in outcomes.values_list(
            "attempt_id", "name", "verdict", "points", "max_points", "used"):
        found[pk][name] = Row(verdict, points, most, used)
    mistakes = dict(Digest.objects.filter(attempt__in=counting).exclude(mistake="").values_list("attempt_id", "mistake"))
    return [(rows, mistakes.get(pk, "")) for pk, rows in found.items()]


def mistakes(assignment: Assignment) -> list[Mistake]:
    """List the known mistakes that were named, the most frequent first."""
    named = Digest.objects.filter(assignment=assignment, attempt__counts=True).exclude(mistake="").order_by()
    of = {name: Mistake(name, attempts, students) for name, attempts, students in named.values_list("mistake").annotate(
        Count("pk"), Count("student", distinct=True))}
    for name, day, count in named.values_list("mistake", "day").annotate(Count("pk")):
        of[name].days[day] = count
    return sorted(of.values(), key=lambda m: (-m.attempts, m.name))


def look_out(assignment: Assignment) -> int:
    """Raise and end the alarms of an assignment's checks; returns how many stand."""
    found = {c.name: c for c in checks(assignment) if c.is_alarming}
    Alarm.objects.filter(assignment=assignment).exclude(name__in=found).delete()
    for name, c in found.items():
        Alarm.objects.update_or_create(assignment=assignment, name=name, defaults={"right": c.right, "failed": c.right_failed})
    return len(found)


def _spread(assignment: Assignment, scores: list[float], alarms: list[Alarm]) -> Spread:
    points = assignment.version.points
    return Spread(assignment, points, len(scores), sum(scores) / len(scores) if scores else None,
                  median(scores) if scores else None, sum(s >= points - 1e-9 for s in scores),
                  figures.scores(scores, points or 1.0), alarms)


def _check(name: str, attempts: Sequence[tuple[Mapping[str, Row], str]]) -> CheckFigures:
    there = [(rows, rows[name]) for rows, _ in attempts if name in rows]
    judged = [(rows, own) for rows, own in there if own.verdict != Result.SKIPPED]
    rest = [sum(r.points for n, r in rows.items() if n != name) for rows, _ in judged]
    passed = [own.verdict == Result.PASSED for _, own in judged]
    right, failed = figures.suspected(attempts, name)
    used: dict[bool, list[float]] = {True: [], False: []}
    for _, own in judged:
        if own.used is not None:
            used[own.verdict == Result.PASSED].append(own.used)
    return CheckFigures(name, len(there), sum(passed), len(there) - len(judged), figures.discrimination(passed, rest), right,
                        failed, figures.alarm_from(right), figures.margins(used[True]), figures.margins(used[False]))
