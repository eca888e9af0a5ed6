"""Writing the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from grader.web.models import Course, Entry, Membership, User

OBJECT, REASON = 200, 500  # characters kept


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does, to what, and why."""

    action: str
    about: str = ""
    before: Any = None
    after: Any = None
    reason: str = ""


def record(actor: User | None, action: str, *, course: Course | None = None, about: str = "", before: Any = None,
           after: Any = None, reason: str = "") -> Entry:
    """Write down an action; call it inside the transaction that does it, so that neither is without the other."""
    member = Membership.objects.filter(course=course, user=actor).first() if course and actor else None
    made = _entry(actor, course, member.role if member else "", Act(action, about, before, after, reason))
    made.save()
    return made


def record_all(member: Membership, acts: Iterable[Act]) -> None:
    """Write down many actions of one member of a course, in one query."""
    Entry.objects.bulk_create([_entry(member.user, member.course, member.role, act) for act in acts])


def _entry(actor: User | None, course: Course | None, role: str, act: Act) -> Entry:
    return Entry(
        actor=actor, actor_name=actor.username if actor else "the service", role=role, course=course, action=act.action,
        object=act.about[:OBJECT], before=act.before, after=act.after, reason=act.reason[:REASON], at=datetime.now(UTC))
