"""What students have beyond the usual: extensions of single assignments, and standing accommodations in a whole course.

Where both give a date the later one counts, not their sum; attempts of both are added. In group work what one member has holds
for all they work with, now or in what was handed in together: the best of each, for there is one submission and one due date.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from grader.web import teams
from grader.web.models import Accommodation, Assignment, Extension, User
from grader.web.policy import Allowance


def one(assignment: Assignment, user: User) -> Allowance | None:
    """Look up what one student has in one assignment; None for nothing beyond the usual."""
    return of([assignment], [user.pk]).get((assignment.pk, user.pk))


def of(assignments: Sequence[Assignment], users: Collection[int]) -> dict[tuple[int, int], Allowance]:
    """Look up what students have in assignments of one course; whoever has nothing more is left out.

    It takes two queries, and two more where there is group work.
    """
    if not assignments:
        return {}
    given = {(e.assignment_id, e.user_id): e for e in Extension.objects.filter(assignment__in=assignments)}
    always = {a.user_id: a for a in Accommodation.objects.filter(course=assignments[0].course_id)}
    by_id, wanted = {a.pk: a for a in assignments}, set(users)
    keys = {*given, *((a.pk, u) for u in always for a in assignments)}
    mates = teams.together(assignments, {u for _, u in keys})
    theirs = {key: merged(by_id[key[0]], given.get(key), always.get(key[1])) for key in keys if key[1] in wanted or key in mates}
    return {key: best([theirs[k] for k in those]) for key, those in _sources(keys, mates).items() if key[1] in wanted}


def _sources(keys: Collection[teams.Key], mates: Mapping[teams.Key, set[int]]) -> dict[teams.Key, list[teams.Key]]:
    """List whose allowances hold for whom, by assignment and user."""
    found: dict[teams.Key, list[teams.Key]] = defaultdict(list)
    for place, user in keys:
        for mate in mates.get((place, user), set()) | {user}:
            found[place, mate].append((place, user))
    return found


def best(those: Sequence[Allowance]) -> Allowance:
    """Make one allowance of several people's: the latest dates, the most attempts."""
    return those[0] if len(those) == 1 else Allowance(
        _latest(*(a.due_at for a in those)), _latest(*(a.late_until for a in those)),
        max(a.extra_attempts for a in those), is_cooldown_free=any(a.is_cooldown_free for a in those))


def merged(assignment: Assignment, given: Extension | None, always: Accommodation | None) -> Allowance:
    """Make one of an extension and a standing accommodation."""
    zone, days = ZoneInfo(assignment.course.time_zone), always.days if always else 0
    share = always.attempts_percent if always else 0
    return Allowance(
        _latest(_moved(assignment.due_at, days, zone), given.due_at if given else None),
        _latest(_moved(assignment.late_until, days, zone), given.late_until if given else None),
        (given.extra_attempts if given else 0) + math.ceil((assignment.max_attempts or 0) * share / 100),
        is_cooldown_free=always is not None and always.is_cooldown_free)


def _moved(at: datetime | None, days: int, zone: ZoneInfo) -> datetime | None:
    """Move a date by days of the clock on the course's wall; None where there is nothing to move, or no day."""
    return (at.astimezone(zone) + timedelta(days=days)).astimezone(UTC) if at and days else None


def _latest(*times: datetime | None) -> datetime | None:
    return max((t for t in times if t is not None), default=None)
