"""Which students are in a state somewhere in a gradebook, found without working everybody's grades out.

It must say what `gradebook.states` says of each student's work, from rows that are kept and from indexes; a test holds the two
together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.db.models import Q

from grader.web import allowances, policy, specs, teams
from grader.web.models import LIVE, Assignment, Attempt, Counted, Hold, SpecVersion, State, Submission

Pairs = set[tuple[int, int]]  # of an assignment and a student


def students_in(state: str, columns: Sequence[Assignment], members: Sequence[int], now: datetime) -> set[int]:
    """List the students of whom a state is told in at least one of these assignments."""
    find: dict[str, Callable[[], set[int]]] = {
        "graded": lambda: _counted(columns, attempt__isnull=False),
        "late": lambda: _counted(columns, is_late=True),
        "manual": lambda: _counted(columns, by_hand__gt=0),
        "waiting": lambda: {user for _, user in _pairs(columns, state__in=LIVE)},
        "broken": lambda: {user for _, user in _broken(columns)},
        "none": lambda: _without_work(columns, members),
        "missed": lambda: _missed(columns, members, now),
        "hidden": lambda: _hidden(columns, now),
        "held": lambda: set(Hold.objects.filter(assignment__in=columns, lifted_at=None).values_list("student", flat=True)),
    }
    return find[state]()


def _counted(columns: Sequence[Assignment], **how: object) -> set[int]:
    return set(Counted.objects.filter(assignment__in=columns, **how).values_list("student", flat=True))


def _pairs(columns: Sequence[Assignment], *how: Q, **more: object) -> Pairs:
    found = Attempt.objects.filter(*how, submission__assignment__in=columns, counts=True, **more)
    return {pair for way in teams.ways(columns) for pair in
            found.filter(**{f"{way}__isnull": False}).order_by().values_list("submission__assignment", way)}


def _broken(columns: Sequence[Assignment]) -> Pairs:
    """List whose newest attempt in an assignment broke."""
    is_broken = Q(state=State.BROKEN) | Q(status="broken")
    suspects = _pairs(columns, is_broken)
    found: dict[tuple[int, int], tuple[tuple[int, int], bool]] = {}
    for way in teams.ways(columns):
        theirs = Attempt.objects.filter(**{
            "counts": True, "submission__assignment__in": {a for a, _ in suspects}, f"{way}__in": {u for _, u in suspects}})
        for place, user, one, again, state, status in theirs.order_by().values_list(
                "submission__assignment", way, "submission__number", "number", "state", "status"):
            latest = (one, again), state == State.BROKEN or status == "broken"
            found[place, user] = max(found.get((place, user), latest), latest)
    return {pair for pair, (_, is_last) in found.items() if is_last and pair in suspects}


def broken_in(columns: Sequence[Assignment]) -> Counter[int]:
    """Count by assignment the students whose newest attempt broke."""
    return Counter(place for place, _ in _broken(columns))


def _handed_in(columns: Sequence[Assignment]) -> Pairs:
    """List who handed in where; what was cancelled is as if it had not been."""
    first = {pair for way in teams.ways(columns, "") for pair in Submission.objects.filter(
        **{"assignment__in": columns, f"{way}__isnull": False}, **_first(columns)).order_by().values_list("assignment", way)}
    cancelled = _pairs(columns, state=State.CANCELLED)
    if not cancelled:
        return first
    others = {pair for way in teams.ways(columns) for pair in Attempt.objects.exclude(state=State.CANCELLED).filter(**{
        "counts": True, "submission__assignment__in": {a for a, _ in cancelled}, f"{way}__in": {u for _, u in cancelled}})
        .order_by().values_list("submission__assignment", way)}
    return first - (cancelled - others)


def _first(columns: Sequence[Assignment]) -> dict[str, int]:
    """Choose one submission of each student where that can be done; in a group one's own may begin with a higher number."""
    return {} if teams.grouped(columns) else {"number": 1}


def _without_work(columns: Sequence[Assignment], members: Sequence[int]) -> set[int]:
    done = Counter(user for _, user in _handed_in(columns))
    return {user for user in members if done[user] < len(columns)}


def _missed(columns: Sequence[Assignment], members: Sequence[int], now: datetime) -> set[int]:
    """List the students who handed nothing in where it is too late for them now."""
    over = _windows(columns, members)
    done = _handed_in(columns)
    found = set()
    for a in columns:
        for user in members:
            last = over(a, user).late_until
            if last is not None and last < now and (a.pk, user) not in done:
                found.add(user)
    return found


def _hidden(columns: Sequence[Assignment], now: datetime) -> set[int]:
    """List the students who don't see every check yet of an attempt that counts."""
    counting = Counted.objects.filter(assignment__in=columns, attempt__isnull=False)
    used = set(counting.order_by().values_list("attempt__version", flat=True).distinct())
    kinds = {pk: {c.visibility for c in specs.folder(v).spec.checks} - {"always"}
             for pk, v in SpecVersion.objects.in_bulk(used).items()}
    hiding = [pk for pk, those in kinds.items() if those]
    of = {a.pk: a for a in columns}
    rows = counting.filter(attempt__version__in=hiding).values_list("assignment", "student", "attempt__version") if hiding else ()
    windows = _windows(columns, {user for _, user, _ in rows})
    return {user for place, user, version in rows if not all(
        policy.is_visible(v, windows(of[place], user), of[place].released_at, now, is_staff=False) for v in kinds[version])}


def _windows(columns: Sequence[Assignment], students: Collection[int]) -> Callable[[Assignment, int], policy.Window]:
    """Look up the dates of students in these assignments."""
    usual = {a.pk: policy.window(a, None) for a in columns}
    of, own = {a.pk: a for a in columns}, allowances.of(columns, students)
    windows = {(place, user): policy.window(of[place], more) for (place, user), more in own.items()}
    return lambda a, user: windows.get((a.pk, user), usual[a.pk])
