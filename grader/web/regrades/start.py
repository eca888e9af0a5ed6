"""Beginning a regrade: which attempts, with which version and how; cancelling it; and running again what must be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from grader.errors import GraderError, SpecError
from grader.web import audit, bell, grades, policy, queue, specs
from grader.web import versions as known
from grader.web.models import LIVE, Assignment, Attempt, Course, Membership, Regrade, RegradeItem, SpecVersion, User, Way

Choice, State, ItemState = Regrade.Choice, Regrade.State, RegradeItem.State
WITH_CHECK = (Choice.FAILING, Choice.NEAR)  # these may name a check; the first one must
REASON = 500
BATCH = 500
UNDER_WAY = (ItemState.WAITING, ItemState.RUNNING)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to have graded again."""

    version: SpecVersion
    way: str = Way.JUDGE
    choice: str = Choice.ALL
    check: str = ""
    student: User | None = None
    reason: str = ""


def versions(assignment: Assignment) -> list[SpecVersion]:
    """List the versions an assignment can be graded with, the newest first; none of another course's own."""
    return list(known.of_course(assignment.course).filter(slug=assignment.slug).order_by("-number"))


def checks(version: SpecVersion) -> list[str]:
    """List the checks of a version; none where its spec has errors by today's rules."""
    try:
        return [c.name for c in specs.folder(version).spec.checks]
    except SpecError:
        return []


def read(assignment: Assignment, said: Mapping[str, str]) -> Wish:
    """Read what a form or a program says; raises GraderError with all that is wrong."""
    wrong: list[str] = []
    version = _version(assignment, said.get("version", "").strip(), wrong)
    way, choice = said.get("way") or Way.JUDGE, said.get("choice") or Choice.ALL
    check, reason, name = (said.get(k, "").strip() for k in ("check", "reason", "student"))
    if way not in Way.values:
        wrong.append(f"Way {way!r:.40}: choose {' or '.join(Way.values)}.")
    if choice not in Choice.values:
        wrong.append(f"Choice {choice!r:.40}: choose one of {', '.join(Choice.values)}.")
    if choice == Choice.FAILING and not check:
        wrong.append("Say which check the submissions failed.")
    if check and choice in WITH_CHECK and version and check not in checks(version):
        wrong.append(f"Check {check!r:.80}: there is none of this name in version {version.number}.")
    if len(reason) > REASON:
        wrong.append(f"The reason has at most {REASON} characters.")
    student = _student(assignment.course, name, wrong) if name else None
    if wrong or version is None:
        raise GraderError(" ".join(wrong))
    return Wish(version, way, choice, check if choice in WITH_CHECK else "", student, reason)


def start(assignment: Assignment, member: Membership, wish: Wish, now: datetime) -> Regrade:
    """Begin a regrade; raises GraderError where it can't be, or one of the whole class is under way."""
    specs.folder(wish.version)  # an old version may have errors by today's rules
    chosen = attempts(assignment, wish)
    if not chosen:
        raise GraderError("There is nothing to grade again: nobody has a graded submission like that yet.")
    with transaction.atomic():
        Assignment.objects.select_for_update().get(pk=assignment.pk)
        running = assignment.regrades.filter(state=State.RUNNING, student=None).first()
        if running is not None and wish.student is None:
            raise GraderError(f"Regrade {running.pk} of this assignment is in progress: wait for it, or cancel it.")
        made = Regrade.objects.create(
            assignment=assignment, version=wish.version, student=wish.student, way=wish.way, choice=wish.choice,
            check_name=wish.check, reason=wish.reason, by=member.user, created_at=now)
        RegradeItem.objects.bulk_create([RegradeItem(regrade=made, old_id=pk, way=wish.way) for pk in chosen], BATCH)
        audit.record(member.user, "regrade.start", course=member.course, about=about(made), reason=wish.reason, after={
            "version": wish.version.number, "way": str(wish.way), "choice": str(wish.choice), "check": wish.check,
            "student": wish.student.username if wish.student else None, "attempts": len(chosen)})
        transaction.on_commit(bell.ring_for_regrades)
    return made


def attempts(assignment: Assignment, wish: Wish) -> list[int]:
    """Choose the attempts whose submissions are kept: of each the grading that counts. Who failed a check, a worker finds out."""
    gone = set(Attempt.objects.filter(submission__assignment=assignment, submission__content="").values_list("pk", flat=True))
    return [pk for pk in _chosen(assignment, wish) if pk not in gone]


def _chosen(assignment: Assignment, wish: Wish) -> list[int]:
    members = [m for m in grades.students(assignment.course) if wish.student is None or m.user_id == wish.student.pk]
    if wish.choice == Choice.COUNTING:
        every = list(assignment.course.assignments.select_related("course")) if assignment.course.late_days else [assignment]
        found = [s.grades[assignment.slug].attempt for s in grades.of(assignment.course, members, every)]
        return list(dict.fromkeys(a.pk for a in found if a is not None))  # a group's is that of each member
    chosen: list[int] = []
    for those in grades.attempts(members, [assignment]).values():
        newest = sorted(policy.newest(those).values(), key=lambda a: a.submission.number)
        chosen += [a.pk for a in (newest[-1:] if wish.choice == Choice.LATEST else newest)]
    return list(dict.fromkeys(chosen))


def standing_versions(assignment: Assignment) -> list[tuple[SpecVersion, int]]:
    """Count the submissions whose grading that counts rests on each version, the newest version first."""
    found = grades.attempts(list(grades.students(assignment.course)), [assignment]).values()
    count = Counter({a.pk: a.version_id for those in found for a in policy.newest(those).values()}.values())
    rows = SpecVersion.objects.in_bulk(count)
    return sorted(((rows[pk], n) for pk, n in count.items()), key=lambda row: -row[0].number)


def cancel(regrade: Regrade, member: Membership, now: datetime) -> bool:
    """Stop a regrade; what runs is let run to its end and counts for nothing. False where it was over already."""
    with transaction.atomic():
        if not Regrade.objects.filter(pk=regrade.pk, state=State.RUNNING).update(state=State.CANCELLED, finished_at=now):
            return False
        left = regrade.items.filter(state__in=UNDER_WAY).order_by()
        for item in left.filter(new__state__in=LIVE).select_related("new"):
            if item.new is not None:
                queue.cancel(item.new, now)
        count = left.update(state=ItemState.CANCELLED, lease_until=None)
        audit.record(member.user, "regrade.cancel", course=member.course, about=about(regrade), after={"attempts": count})
    return True


def run_again(regrade: Regrade, member: Membership) -> int:
    """Run what could not be judged from evidence, and try again what broke; returns how many attempts."""
    with transaction.atomic():
        found = Regrade.objects.select_for_update().get(pk=regrade.pk)
        if found.state == State.CANCELLED:
            return 0
        fresh = {"state": ItemState.WAITING, "tries": 0, "because": "", "new": None}
        count = regrade.items.filter(state=ItemState.BROKEN).update(**fresh)
        count += regrade.items.filter(state=ItemState.AGAIN).update(**fresh, way=Way.RUN)
        if count:
            Regrade.objects.filter(pk=regrade.pk).update(state=State.RUNNING, finished_at=None)
            audit.record(member.user, "regrade.run", course=member.course, about=about(regrade), after={"attempts": count})
            transaction.on_commit(bell.ring_for_regrades)
    return count


def about(regrade: Regrade) -> str:
    """Name a regrade in the audit log."""
    return f"regrade {regrade.pk} of {regrade.assignment.slug}"


def _version(assignment: Assignment, said: str, wrong: list[str]) -> SpecVersion | None:
    if not said:
        return assignment.version
    there = {str(v.number): v for v in versions(assignment)}
    if said not in there:
        wrong.append(f"Version {said!r:.20}: there are {', '.join(there)}.")
    return there.get(said)


def _student(course: Course, name: str, wrong: list[str]) -> User | None:
    found: Iterable[Membership] = grades.students(course).filter(user__username=name)
    user = next((m.user for m in found), None)
    if user is None:
        wrong.append(f"Student {name!r:.80}: nobody of this user name is a student of the course.")
    return user
