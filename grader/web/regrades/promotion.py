"""Making new gradings count, and taking that back.

Of each submission the newest grading that counts stands. A promotion lets new gradings count, so they stand above those they were
compared with; a revert lets them count no more, so what stood below stands again. Promotions lie in layers: where a later
one lies over a reverted one it goes on standing. A new grading is refused where another one has counted since it was compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from grader.errors import GraderError
from grader.web import audit, grades, outcomes, teams, work
from grader.web.models import Assignment, Attempt, Membership, Promotion, Regrade, RegradeItem, Role, SpecVersion, State
from grader.web.regrades import notices
from grader.web.regrades.preview import Asked, assignments, overtaken_of, those
from grader.web.regrades.start import about

ItemState, Outcome = RegradeItem.State, RegradeItem.Outcome
MODES = {"all": "all", "rises": "only those that rise", "shown": "all that the filter shows", "ticked": "those that are ticked"}
REASON, MESSAGE = 500, 2000


class Stale(GraderError):
    """What was looked at is no longer what would happen."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Which new gradings are to count."""

    mode: str  # of MODES
    ticked: frozenset[int] = frozenset()  # ids of items
    asked: Asked = field(default_factory=Asked)  # the filter


@dataclass(frozen=True, slots=True)
class GradeChange:
    """One student's grade in one assignment before and after."""

    member: Membership
    assignment: Assignment
    before: float | None
    after: float | None

    @property
    def is_fall(self) -> bool:
        """Whether the student loses by it."""
        return (self.after or 0) < (self.before or 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a promotion would do, exactly; `seal` names it, so that nothing else is done than what was looked at."""

    items: list[RegradeItem]
    overtaken: int  # of the picked ones, left out because another grading of them counts by now
    gone: int  # left out because their students are no longer in the course
    held: int  # left out of `rises` because a grade would fall through late days
    changes: list[GradeChange]

    @property
    def rises(self) -> list[GradeChange]:
        """Those who gain."""
        return [c for c in self.changes if not c.is_fall]

    @property
    def falls(self) -> list[GradeChange]:
        """Those who lose."""
        return [c for c in self.changes if c.is_fall]

    @property
    def seal(self) -> str:
        """Name what would be done."""
        told = [sorted(i.pk for i in self.items), sorted((c.member.pk, c.assignment.pk, c.before, c.after) for c in self.changes)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says with a promotion."""

    reason: str
    message: str = ""  # for the students
    sets_version: bool = False
    seal: str = ""  # of the plan they saw; empty: whatever it is now


def may_promote(member: Membership, regrade: Regrade) -> bool:
    """Whether a member may make this regrade count: instructors, and TAs where it is about one student."""
    return member.role == Role.INSTRUCTOR or (member.is_staff and regrade.student_id is not None)


def plan(regrade: Regrade, pick: Pick) -> Plan:
    """Work out what a promotion would do."""
    found = _picked(regrade, pick)
    overtaken = overtaken_of(found)
    owners = teams.owners_of([i.old.submission for i in found])
    members = {m.user_id: m for m in grades.students(regrade.assignment.course).filter(
        user__in=set[int]().union(*owners.values()))}
    gone = {i.pk for i in found if not owners[i.old.submission_id] & members.keys()}
    items = [i for i in found if i.pk not in overtaken | gone]
    kept, changes = items, changes_by(regrade, list(members.values()), items)
    while pick.mode == "rises" and (losers := {c.member.user_id for c in changes if c.is_fall}):
        less = [i for i in kept if not owners[i.old.submission_id] & losers]
        if len(less) == len(kept):
            break
        kept, changes = less, changes_by(regrade, list(members.values()), less)  # what a group loses may cost a member another
    return Plan(kept, len(overtaken), len(gone - overtaken), len(items) - len(kept), changes)


def changes_by(regrade: Regrade, members: Sequence[Membership], items: Sequence[RegradeItem]) -> list[GradeChange]:
    """Compare the grades of some students as they are with those in which the new gradings count."""
    course, ours = regrade.assignment.course, assignments(regrade)
    new = {i.new_id for i in items if i.new_id is not None}
    pairs = zip(grades.of(course, members, ours), grades.of(course, members, ours, also=new), strict=True)
    return [GradeChange(a.member, s, a.grades[s.slug].score, b.grades[s.slug].score) for a, b in pairs for s in ours
            if a.grades[s.slug].score != b.grades[s.slug].score]


def promote(regrade: Regrade, member: Membership, pick: Pick, said: Said, now: datetime) -> Promotion:
    """Make new gradings count, all of them or none; raises GraderError, and Stale where it is not what was looked at."""
    _check(said)
    with transaction.atomic():
        Assignment.objects.select_for_update(no_key=True).get(pk=regrade.assignment_id)
        if Regrade.objects.get(pk=regrade.pk).state == Regrade.State.CANCELLED:
            raise GraderError("This regrade was cancelled; begin another one.")
        found = plan(regrade, pick)
        if said.seal and said.seal != found.seal:
            raise Stale("Something changed since you looked at it: what would happen now stands below. Nothing was done.")
        if not found.items:
            raise GraderError("There is nothing that could be made to count.")
        return _write(regrade, member, pick, said, found, now)


def revert(promotion: Promotion, member: Membership, reason: str, now: datetime) -> bool:
    """Take a promotion back; False where it was taken back before."""
    regrade = promotion.regrade
    with transaction.atomic():
        Assignment.objects.select_for_update(no_key=True).get(pk=regrade.assignment_id)
        if not Promotion.objects.filter(pk=promotion.pk, reverted_at=None).update(
                reverted_at=now, reverted_by=member.user, revert_reason=reason[:REASON]):
            return False
        covered = later(promotion)
        Attempt.objects.filter(pk__in=promotion.attempts).update(counts=False)
        outcomes.changed(promotion.attempts)
        before = _version_back(promotion)
        notices.take_back(promotion, now)
        audit.record(member.user, "regrade.revert", course=member.course, about=about(regrade), reason=reason, after={
            "promotion": promotion.pk, "attempts": len(promotion.attempts), "under later ones": covered, "version": before})
    return True


def later(promotion: Promotion) -> int:
    """Count the attempts of a promotion over which a later grading counts: their scores stay when it is reverted."""
    over = Attempt.objects.filter(submission=OuterRef("submission"), number__gt=OuterRef("number"), counts=True, state=State.DONE,
                                  score__isnull=False).exclude(status="broken")
    return Attempt.objects.filter(Exists(over), pk__in=promotion.attempts, counts=True).count()


def _picked(regrade: Regrade, pick: Pick) -> list[RegradeItem]:
    """List the picked items that are graded and don't count yet."""
    found = those(regrade, pick.asked if pick.mode == "shown" else Asked()).filter(state=ItemState.DONE, new__isnull=False)
    found = found.filter(Q(promotion=None) | Q(promotion__reverted_at__isnull=False))
    if pick.mode == "rises":
        found = found.filter(outcome=Outcome.UP)
    if pick.mode == "ticked":
        found = found.filter(pk__in=pick.ticked)
    return list(found)


def _check(said: Said) -> None:
    if not said.reason.strip():
        raise GraderError("Say why: the reason stands in the audit log.")
    if len(said.reason) > REASON or len(said.message) > MESSAGE:
        raise GraderError(f"The reason has at most {REASON} characters, the message to students at most {MESSAGE}.")


def _write(regrade: Regrade, member: Membership, pick: Pick, said: Said, found: Plan, now: datetime) -> Promotion:
    version = _version_on(regrade) if said.sets_version else None
    new = [i.new_id for i in found.items if i.new_id is not None]
    made = Promotion.objects.create(
        regrade=regrade, mode=pick.mode, attempts=new, rises=len(found.rises), falls=len(found.falls), reason=said.reason.strip(),
        message=said.message.strip(), version_before=version, by=member.user, at=now)
    Attempt.objects.filter(pk__in=new).update(counts=True)
    outcomes.changed(new)
    RegradeItem.objects.filter(pk__in=[i.pk for i in found.items]).update(promotion=made)
    work.count_now({i.old.submission_id for i in found.items}, member, now)
    notices.prepare(made, _to_tell(regrade, found), now)
    audit.record(
        member.user, "regrade.promote", course=member.course, about=about(regrade), reason=said.reason, before={
            "version": version.number if version else None}, after={
            "promotion": made.pk, "mode": pick.mode, "attempts": new, "rises": made.rises, "falls": made.falls,
            "version": regrade.version.number if version else None})
    return made


def _to_tell(regrade: Regrade, found: Plan) -> Collection[tuple[int, int]]:
    """List whom it may concern, by student and assignment; what they can see of it is worked out later."""
    changed = [i.old.submission for i in found.items if i.outcome != Outcome.UNCHANGED or i.changed]
    owners = teams.owners_of(changed)
    graded = {(user, regrade.assignment_id) for s in changed for user in owners[s.pk]}
    return graded | {(c.member.user_id, c.assignment.pk) for c in found.changes}


def _version_on(regrade: Regrade) -> SpecVersion | None:
    """Set the assignment's version to the regrade's; returns the one before, None where it is the same."""
    row = Assignment.objects.select_related("version").get(pk=regrade.assignment_id)
    if row.version_id == regrade.version_id:
        return None
    Assignment.objects.filter(pk=row.pk).update(version=regrade.version)
    return row.version


def _version_back(promotion: Promotion) -> int | None:
    """Set the assignment's version back, unless it was set anew meanwhile; returns its number where that was done."""
    if promotion.version_before is None:
        return None
    rows = Assignment.objects.filter(pk=promotion.regrade.assignment_id, version=promotion.regrade.version_id)
    return promotion.version_before.number if rows.update(version=promotion.version_before) else None
