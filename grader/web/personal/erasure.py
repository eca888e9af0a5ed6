"""Erasing one person's data: what says who they are goes, what statistics and the class's scores rest on stays without a name.

Decided: only the staff of the whole service erase. An account belongs to no course: its name stands in every course at once,
so that an instructor who erased it would reach into courses that are not theirs. Instructors ask. Whoever is on the staff of a
course now, or of the service, can't be erased: what they decided about others needs somebody who answers for it. Their role must
end first.

What a group handed in together belongs to its members alike: it stays whole, without the name, until the last of them is erased.

All rows change in one transaction. What they named in the store is left to grader/web/leftovers.py, which comes back to it until
it is gone. Backups that were taken before hold the person until they are thrown away; README says so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from grader.errors import GraderError
from grader.web import audit, leftovers
from grader.web.access import STAFF
from grader.web.models import (
    LIVE,
    Accommodation,
    Adjustment,
    Announcement,
    Attempt,
    Erasure,
    Extension,
    Group,
    GroupMember,
    GroupSet,
    Hold,
    Invitation,
    Letter,
    LineComment,
    Membership,
    News,
    Notice,
    Pair,
    Partner,
    Prints,
    Promotion,
    Publication,
    Regrade,
    RegradeItem,
    RegradeMessage,
    RegradeRequest,
    Session,
    State,
    Submission,
    Token,
    User,
    WorkItem,
)
from grader.web.personal import log, seen
from grader.web.personal.names import ERASED, Names, texts, tombstone
from grader.web.regrades import claims

# Where people write about others; a name in it is replaced.
WRITTEN: tuple[Any, ...] = (
    Accommodation, Adjustment, Announcement, Erasure, Extension, Group, GroupSet, Hold, Letter, LineComment, Promotion,
    Publication, Regrade, RegradeMessage, WorkItem)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure takes, what it leaves, and why it can't be done, where it can't."""

    goes: dict[str, int]
    stays: dict[str, int]
    elsewhere: int  # texts about others that name the person
    refused: str = ""


def preview(user: User) -> Preview:
    """Look at what would happen."""
    own = of_nobody_else(user)
    mine, attempts, names = Submission.objects.filter(pk__in=own), Attempt.objects.filter(submission__in=own), Names.of(user)
    shared = Submission.objects.filter(Q(user=user) | Q(partners__user=user)).exclude(pk__in=own).distinct()
    return Preview(
        {name: rows.count() for name, rows in _gone(user, own).items()} | {
            "submissions' files": mine.exclude(content="").count(), "reports": attempts.exclude(report="").count(),
            "attempts under way, which are cancelled": attempts.filter(state__in=LIVE).count()},
        {"submissions (number and time)": mine.count(),
         "submissions of a group, whole, as the others' work": shared.count(),
         "attempts (state, score, which checks passed)": attempts.count(),
         "points by hand (without their comments)": Adjustment.objects.filter(student=user).count(),
         "memberships": Membership.objects.filter(user=user).count()},
        sum(names.rows(model.objects.all(), *texts(model)).count() for model in WRITTEN), refusal(user))


def refusal(user: User) -> str:
    """Say why a person can't be erased; nothing where they can."""
    if Erasure.objects.filter(user=user).exists():
        return "This person's data are erased already."
    if user.is_staff or user.is_superuser:
        return "They belong to the staff of the whole service: take that away first."
    if Membership.objects.filter(user=user, is_active=True, role__in=STAFF).exists():
        return "They grade in a course: end that role first."
    return ""


def erase(user: User, by: User, reason: str, now: datetime) -> Erasure:
    """Erase a person's data; raises GraderError where that can't be, and then nothing is changed."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten in the file
    with transaction.atomic():
        found = User.objects.select_for_update().get(pk=user.pk)
        if why := refusal(found):
            raise GraderError(why)
        if not reason.strip():
            raise GraderError("Write why: it stands in the audit log.")
        names = Names.of(found)
        own = of_nobody_else(found)
        counts = {name: rows.delete()[0] for name, rows in _gone(found, own).items()}
        counts["submissions"] = _empty(own, now)
        _rename(Submission.objects.filter(user=found).exclude(pk__in=own))
        _silence(found)
        counts["texts"] = _replace(names)
        seen.forget(names)
        said = names.replaced(reason.strip())[:500]
        made = Erasure.objects.create(user=found, by=by, reason=said, at=now, is_rewriting=True)
        counts["audit entries"] = log.rewrite(found, names)
        _bury(found)
        Erasure.objects.filter(pk=made.pk).update(is_rewriting=False, counts=counts)
        audit.record(by, "person.erase", about=f"user {names.tombstone}", after=counts, reason=said)
    made.refresh_from_db()
    return made


def of_nobody_else(user: User) -> list[int]:
    """List the submissions that count for a person and for nobody who isn't erased, by their ids."""
    others = Partner.objects.filter(submission=OuterRef("pk"), user__erasure=None).exclude(user=user)
    mine = Submission.objects.filter(Q(user=user) | Q(user__erasure__isnull=False, partners__user=user))
    return sorted(set(mine.filter(~Exists(others)).values_list("pk", flat=True)))


def _gone(user: User, own: Collection[int]) -> dict[str, QuerySet[Any]]:
    """Select the rows that go whole: of the account, and of the submissions that are nobody else's."""
    return {
        "sessions": Session.objects.filter(user=user), "tokens": Token.objects.filter(user=user),
        "news": News.objects.filter(user=user), "notices": Notice.objects.filter(user=user),
        "mail": Letter.objects.filter(Q(user=user) | Q(address__iexact=user.email)),
        "invitations": Invitation.objects.filter(email__iexact=user.email),
        "comments at lines": LineComment.objects.filter(submission__in=own),
        "regrade requests": RegradeRequest.objects.filter(attempt__submission__in=own),
        "similar pairs": Pair.objects.filter(Q(first__in=own) | Q(second__in=own)),
        "places in groups": GroupMember.objects.filter(user=user), "fingerprints": Prints.objects.filter(submission__in=own),
        "entries of the work list": WorkItem.objects.filter(attempt__submission__in=own)}


def _empty(own: Collection[int], now: datetime) -> int:
    """Cancel what is under way, and let go of files, reports and evidence; what was scored stays scored."""
    attempts, mine = Attempt.objects.filter(submission__in=own), Submission.objects.filter(pk__in=own)
    attempts.filter(state__in=LIVE).update(state=State.CANCELLED, finished_at=now, lease_until=None)
    items = RegradeItem.objects.filter(old__submission__in=own).order_by()
    under_way = items.exclude(state__in=(RegradeItem.State.DONE, RegradeItem.State.LEFT_OUT))
    regrades = set(under_way.values_list("regrade", flat=True))
    under_way.update(state=RegradeItem.State.CANCELLED, lease_until=None)
    claims.close(regrades, now)
    items.update(changes=[], because="")
    let_go = set(mine.values_list("content", flat=True))
    for report, manifest in attempts.values_list("report", "manifest").iterator():
        let_go |= {report, *leftovers.objects_of(manifest)}
    attempts.update(report="", manifest=None, because="")
    count = mine.update(name=ERASED, content="", size=0, key=None)
    leftovers.ask(let_go, now)
    return count


def _rename(shared: QuerySet[Submission]) -> None:
    """Call the files that others of a group keep something that names nobody; their kind stays, by which they are read."""
    for found in shared:
        called = f"erased{PurePath(found.name).suffix}"
        LineComment.objects.filter(submission=found, part=found.name).update(part=called)
        shared.filter(pk=found.pk).update(name=called, key=None)


def _silence(user: User) -> None:
    """Take away what was written about a person where the row itself stays."""
    for rows in (Accommodation.objects.filter(user=user), Extension.objects.filter(user=user), Hold.objects.filter(student=user),
                 Adjustment.objects.filter(student=user)):
        rows.update(reason="")
    Adjustment.objects.filter(student=user).update(comment="")
    RegradeMessage.objects.filter(author=user).update(text=ERASED)


def _replace(names: Names) -> int:
    """Put the tombstone where texts about others name a person; returns how many rows changed."""
    changed = 0
    for model in WRITTEN:
        columns = texts(model)
        for row in list(names.rows(model.objects.all(), *columns)):
            new = {c: names.replaced(getattr(row, c)) for c in columns}
            if any(new[c] != getattr(row, c) for c in columns):
                changed += model.objects.filter(pk=row.pk).update(**new)
    return changed


def _bury(user: User) -> None:
    """Leave of the account what others' rows refer to; nobody can log in with it, and no mail goes to it."""
    called = tombstone(user)
    User.objects.filter(pk=user.pk).update(
        username=called, email=f"{called}@erased.invalid", first_name=f"erased person {user.pk}", last_name="", is_active=False,
        password=make_password(None), last_login=None, mail_pace=User.Pace.NONE)
