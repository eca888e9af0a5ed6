"""Who works with whom, and whose a submission is.

A submission is its sender's and that of whoever was in the sender's group when it was handed in. That is written down with it
(Partner) and never changed: whoever changes groups keeps what was handed in before, with its scores, and gets nothing of what
the new group handed in before. The group as it is now decides for whom the next submission counts. Nobody has more attempts
that count than are allowed: a group may hand in as long as each of its members has an attempt left (standings.py). What one
member has beyond the usual holds for all they work with, now or in what was handed in together (allowances.py).

Only in assignments that go by a group set are there partners; elsewhere nothing here asks the database for anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q

from grader.web.models import Assignment, GroupMember, Membership, Partner, Role, Submission, User

Key = tuple[int, int]  # assignment, user


def grouped(assignments: Iterable[Assignment]) -> list[Assignment]:
    """Leave those out in which everybody works alone."""
    return [a for a in assignments if a.group_set_id is not None]


def ways(assignments: Iterable[Assignment], to: str = "submission__") -> tuple[str, ...]:
    """Name the ways from a row to those a submission counts for; `to` leads to the submission. Nobody is met on both."""
    return (f"{to}user", f"{to}partners__user") if grouped(assignments) else (f"{to}user",)


def own(users: Collection[int], to: str = "submission__") -> Q:
    """Say which submissions count for any of these users; `to` leads to the submission from the row that is asked for."""
    shared = Partner.objects.filter(user__in=users).order_by().values("submission")
    return Q(**{f"{to}user__in": users}) | Q(**{f"{to.removesuffix('__') or 'pk'}__in": shared})


def is_own(submission: Submission, user: User) -> bool:
    """Whether a submission counts for somebody."""
    return submission.user_id == user.pk or any(p.user_id == user.pk for p in _partners(submission))


def owners(submission: Submission) -> list[User]:
    """List whom a submission counts for, who handed it in first."""
    return [submission.user, *(p.user for p in _partners(submission))]


def owner_ids(submission: Submission) -> set[int]:
    """List the ids of those a submission counts for."""
    return {submission.user_id, *(p.user_id for p in _partners(submission))}


def whose(submission: Submission, viewer: Membership) -> User:
    """Return as whose a submission is shown: the viewer's where it counts for them, else that of who handed it in."""
    is_mine = submission.user_id != viewer.user_id and is_own(submission, viewer.user)
    return viewer.user if is_mine else submission.user


def owners_of(submissions: Collection[Submission]) -> dict[int, set[int]]:
    """Look up in one query at most for whom submissions count: users by submissions, both by id."""
    found = {s.pk: {s.user_id} for s in submissions}
    if any(s.assignment.group_set_id is not None for s in submissions):
        for submission, user in Partner.objects.filter(submission__in=found).order_by().values_list("submission", "user"):
            found[submission].add(user)
    return found


def of(assignment: Assignment, user: User) -> set[int]:
    """List for whom a submission of somebody would count now, that person included."""
    return of_many([assignment], user).get(assignment.pk, {user.pk})


def of_many(assignments: Sequence[Assignment], user: User) -> dict[int, set[int]]:
    """Look up in one query who works with somebody now, by assignment; those in which they work alone are left out.

    Only active students of the course count; whoever is none works alone.
    """
    those = grouped(assignments)
    if not those:
        return {}
    groups = GroupMember.objects.filter(group_set__in={a.group_set_id for a in those}, user=user).order_by().values("group")
    rows = GroupMember.objects.filter(
        group__in=groups, user__memberships__course=those[0].course_id, user__memberships__is_active=True,
        user__memberships__role=Role.STUDENT).order_by()
    found: dict[int, set[int]] = defaultdict(set)
    for place, mate in rows.values_list("group_set", "user"):
        found[place].add(mate)
    return {a.pk: mates for a in those if user.pk in (mates := found.get(a.group_set_id or 0, set())) and len(mates) > 1}


def together(assignments: Iterable[Assignment], users: Collection[int]) -> dict[Key, set[int]]:
    """Look up in two queries with whom users work, in their groups now or in what was handed in; by assignment and user."""
    those = grouped(assignments)
    found: dict[Key, set[int]] = defaultdict(set)
    if not those or not users:
        return found
    for mates, places in _groups_of(those, users):
        for place in places:
            for user in mates & set(users):
                found[place, user] |= mates
    shared = Partner.objects.filter(own(users), submission__assignment__in=those).order_by()
    of: dict[Key, set[int]] = defaultdict(set)
    for place, submission, sender, user in shared.values_list("submission__assignment", "submission", "submission__user", "user"):
        of[place, submission] |= {sender, user}
    for (place, _), mates in of.items():
        for user in mates & set(users):
            found[place, user] |= mates
    return found


def touched(assignments: Iterable[Assignment], users: Collection[int]) -> set[int]:
    """List whose scores may rest on what some users have: theirs, and those of whom they work with."""
    return set(users).union(*together(assignments, users).values())


def _groups_of(assignments: Sequence[Assignment], users: Collection[int]) -> Iterable[tuple[set[int], list[int]]]:
    """List the groups of users, each with the assignments in which it works."""
    sets: dict[int, list[int]] = defaultdict(list)
    for a in assignments:
        sets[a.group_set_id or 0].append(a.pk)
    groups = GroupMember.objects.filter(group_set__in=sets, user__in=users).order_by().values("group")
    mates: dict[Key, set[int]] = defaultdict(set)
    for place, group, user in GroupMember.objects.filter(group__in=groups).order_by().values_list("group_set", "group", "user"):
        mates[place, group].add(user)
    return [(those, sets[place]) for (place, _), those in mates.items()]


def _partners(submission: Submission) -> list[Partner]:
    if submission.assignment.group_set_id is None:
        return []
    if "partners" in getattr(submission, "_prefetched_objects_cache", {}):
        return list(submission.partners.all())
    return list(submission.partners.select_related("user").order_by("user__username"))
