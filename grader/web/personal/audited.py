"""Which entries of the audit log are about a person: what they did themselves, and what was done to what is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models import Q, QuerySet

from grader.web.models import Attempt, Course, Entry, User

OF_ATTEMPT = re.compile(r"attempt (\d+)(?!\d)")
ONCE = 500  # rows of one query by their ids
# What others did that somebody may read of themself; other entries would tell of hidden checks and of what staff note.
TOLD = ("user.", "login", "logout", "session.", "password.", "token.", "role.", "extension.", "accommodation.", "attempt.",
        "request.", "person.")


def names(user: User) -> Q:
    """Select the entries that name a person: as the one who acted, or in words."""
    named = f"user {user.username}"
    return Q(actor=user) | Q(object__endswith=named) | Q(object__contains=f"{named} ")


def about(user: User, course: Course | None = None) -> Iterator[Entry]:
    """Read the entries about a person, the oldest first; of one course, or all."""
    found = Entry.objects.filter(course=course) if course else Entry.objects.all()
    mine = set(Attempt.objects.filter(submission__user=user).values_list("pk", flat=True))
    chosen = set(found.filter(names(user)).values_list("pk", flat=True)) | set(_of_attempts(found, mine))
    ordered = sorted(chosen)
    for start in range(0, len(ordered), ONCE):
        yield from Entry.objects.filter(pk__in=ordered[start:start + ONCE]).select_related("course").order_by("pk")


def may_read(entry: Entry, user: User) -> bool:
    """Whether a person may read an entry about themself whole or in part."""
    return entry.actor_id == user.pk or entry.action.startswith(TOLD)


def _of_attempts(found: QuerySet[Entry], mine: set[int]) -> Iterator[int]:
    rows = found.filter(object__startswith="attempt ").order_by().values_list("pk", "object")
    for pk, said in rows.iterator(chunk_size=5000):
        of = OF_ATTEMPT.match(said)
        if of and int(of[1]) in mine:
            yield pk
