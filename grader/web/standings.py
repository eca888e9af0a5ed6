"""What students may still do in an assignment: alone by their own attempts, in a group by those of each of its members.

A group has used what the member with the most attempts has used, and waits for as long as any of them would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import F, Q

from grader.web import allowances, policy, teams
from grader.web.models import Assignment, Attempt, User
from grader.web.policy import Allowance, Standing


def one(assignment: Assignment, user: User, now: datetime) -> Standing:
    """Look up what somebody may do in one assignment."""
    more = allowances.one(assignment, user)
    if found := in_groups([assignment], user, {assignment.pk: more}, now):
        return found[assignment.pk]
    mine = teams.own([user.pk]) if assignment.group_set_id else Q(submission__user=user)
    return policy.standing(assignment, more, Attempt.objects.filter(mine, submission__assignment=assignment), now)


def in_groups(assignments: Sequence[Assignment], user: User, more: Mapping[int, Allowance | None],
              now: datetime) -> dict[int, Standing]:
    """Look up in three queries what somebody's groups may do, by assignment; those in which they work alone are left out."""
    found = teams.of_many(assignments, user)
    if not found:
        return {}
    mates, places = set[int]().union(*found.values()), [a for a in assignments if a.pk in found]
    used: dict[teams.Key, list[Attempt]] = defaultdict(list)
    for way in teams.ways(places):
        rows = Attempt.objects.filter(**{"submission__assignment__in": places, f"{way}__in": mates}, number=1)
        for row in rows.annotate(place=F("submission__assignment"), whose=F(way)):
            used[row.place, row.whose].append(row)
    return {a.pk: _all_of([policy.standing(a, more.get(a.pk), used[a.pk, m], now) for m in found[a.pk]]) for a in places}


def _all_of(those: Sequence[Standing]) -> Standing:
    """Make one standing of the members' of a group, which has the same dates and attempts for all."""
    waits = [s.next_at for s in those if s.next_at is not None]
    return replace(those[0], used=max(s.used for s in those), next_at=max(waits, default=None))
