"""Which submissions to one assignment resemble each other, those of other terms included. A worker finds out while none waits.

Compared is the newest submission of each student or group, with the newest ones of all assignments of the same name in the
service; two that count for one person are not. What the starter and the course's own listings leave, and what more than COMMON
students have, is left out. A pair is kept, and put on
the work list, where both are left with at least FEWEST fingerprints in common and these are at least LIKE of the shorter one's.
Of the 188 pairs of right examples in the shipped folders two come to LIKE, and in both one was made out of the other; the next
has 0.46, nearly all are below 0.2.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from django.db import transaction
from django.db.models import Max, Q

from grader import likeness
from grader.errors import Broken, SubmissionError
from grader.example import examples_of
from grader.submission import read_submission
from grader.web import specs, teams, work
from grader.web.models import Assignment, Comparison, Pair, Prints, Submission

COMMON = 10  # students who may share a fingerprint before it says nothing, as MOSS has it
LIKE = 0.5
FEWEST = 6
PAUSE = timedelta(minutes=5)  # between two comparisons of an assignment
LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Found:
    """Two submissions that resemble each other."""

    one: Submission
    other: Submission
    common: int
    share: float


def ask(submission: Submission) -> None:
    """Say that an assignment has something new to compare."""
    now = specs.now()
    Comparison.objects.bulk_create([Comparison(assignment=submission.assignment, due_at=now)], update_conflicts=True,
                                   unique_fields=["assignment"], update_fields=["due_at"])


def due(now: datetime) -> list[int]:
    """List the assignments that are due, the one that waits longest first."""
    rested = Q(done_at=None) | Q(done_at__lt=now - PAUSE)
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return list(Comparison.objects.filter(rested, free, due_at__isnull=False).order_by("due_at").values_list("pk", flat=True))


def claim(now: datetime) -> Comparison | None:
    """Take the assignment that waits longest; of any number of claimants one gets it."""
    for pk in due(now):
        free = Comparison.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), pk=pk, due_at__isnull=False)
        if free.update(lease_until=now + LEASE):
            return Comparison.objects.select_related("assignment__course", "assignment__version").get(pk=pk)
    return None


def compare(claimed: Comparison, now: datetime) -> int:
    """Compare an assignment's submissions and keep the pairs; returns how many there are."""
    found = pairs(claimed.assignment)
    with transaction.atomic():
        for each in found:
            _keep(each, now)
        end(claimed, now)
    return len(found)


def end(claimed: Comparison, now: datetime, because: str = "") -> None:
    """Give an assignment back; it is due again where something came while it was compared."""
    Comparison.objects.filter(pk=claimed.pk).update(lease_until=None, done_at=now, because=because[:300])
    Comparison.objects.filter(pk=claimed.pk, due_at=claimed.due_at).update(due_at=None)


def pairs(assignment: Assignment) -> list[Found]:
    """Find the pairs of which at least one is of this assignment."""
    newest = list(_newest(assignment.slug))
    prints = {s.pk: own for s, own in zip(newest, _prints(newest), strict=True)}
    common = known(assignment) | _frequent(newest, prints)
    rest = {pk: marks - common for pk, marks in prints.items()}
    shared: Counter[tuple[int, int]] = Counter()
    holders: dict[int, list[int]] = defaultdict(list)
    for s in newest:
        for number in rest[s.pk]:
            holders[number].append(s.pk)
    for those in holders.values():
        shared.update(combinations(those, 2))
    of = {s.pk: s for s in newest}
    owners = teams.owners_of(newest)
    found = [Found(of[a], of[b], count, likeness.share(rest[a], rest[b], count)) for (a, b), count in shared.items()
             if count >= FEWEST and assignment.pk in (of[a].assignment_id, of[b].assignment_id)
             and not owners[a] & owners[b]]
    return [f for f in found if f.share >= LIKE]


def source(submission: Submission) -> str:
    """Read all of a submission's program; empty where it can no longer be read."""
    try:
        read = read_submission(submission.name, specs.objects().get(submission.content))
    except (SubmissionError, Broken):
        return ""
    return "\n".join([read.source, *(text for name, text in sorted(read.files.items()) if name.endswith(".py"))])


def known(assignment: Assignment) -> set[int]:
    """Take the fingerprints of what everybody was given: the starter, and the folder's examples, lecture listings among them."""
    folder = specs.folder(assignment.version)
    starter = folder.root / "starter.py"
    texts = [starter.read_text(encoding="utf-8")] if starter.is_file() else []
    texts += [e.submission.source for e in examples_of(folder.root, folder.spec)]
    return {number for text in texts for number in likeness.numbers(text)}


def _newest(slug: str) -> list[Submission]:
    """List the newest submission of each student or group to any assignment of this name, the earlier one first.

    What was handed in together is its members' newest until each of them has a newer one.
    """
    every = Submission.objects.filter(assignment__slug=slug).exclude(content="").order_by()
    last = {way: every.filter(**{f"{way}__isnull": False}).values("assignment", way).annotate(last=Max("pk"))
            for way in ("user", "partners__user")}
    newest: dict[tuple[int, int], int] = {}
    for way, rows in last.items():
        for row in rows:
            key = row["assignment"], row[way]
            newest[key] = max(newest.get(key, 0), row["last"])
    return list(Submission.objects.filter(pk__in=set(newest.values())).select_related("assignment__course", "user", "prints")
                .order_by("received_at", "pk"))


def _prints(submissions: Collection[Submission]) -> list[set[int]]:
    """Look fingerprints up, and take those that are missing or were taken by another method."""
    found, new = [], []
    for s in submissions:
        kept = getattr(s, "prints", None)
        if kept is None or kept.method != likeness.METHOD:
            kept = Prints(submission=s, method=likeness.METHOD, marks=sorted(likeness.numbers(source(s))))
            new.append(kept)
        found.append(set(kept.marks))
    Prints.objects.bulk_create(new, batch_size=200, update_conflicts=True, unique_fields=["submission"],
                               update_fields=["method", "marks"])
    return found


def _frequent(submissions: Collection[Submission], prints: Mapping[int, set[int]]) -> set[int]:
    users: dict[int, set[int]] = defaultdict(set)
    owners = teams.owners_of(submissions)
    for s in submissions:
        for number in prints[s.pk]:
            users[number].add(min(owners[s.pk]))  # a group is one
    return {number for number, those in users.items() if len(those) > COMMON}


def _keep(found: Found, now: datetime) -> None:
    """Keep a pair, and put it on the list of each course that it belongs to."""
    pair, _ = Pair.objects.update_or_create(first=found.one, second=found.other, defaults={
        "share": found.share, "common": found.common, "at": now})
    for one, other in ((found.other, found.one), (found.one, found.other)):
        if one is found.one and one.assignment.course_id == other.assignment.course_id:
            continue  # one list, one item: that of the later submission
        attempt = one.attempts.order_by("-number").first()
        is_near = one.assignment.course_id == other.assignment.course_id
        whose = other.user.shown_name if is_near else "a submission of another course"
        if attempt is not None:
            work.pair_up(pair, attempt, f"{found.share:.0%} in common with {whose}", now)


