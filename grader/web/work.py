"""What comes on the list of work for staff, and what takes it off.

A report puts its attempt on the list where it ran into a limit, crashed or broke, where a check used nearly all of the allowed
distance or slightly more, where the score is near a boundary of the course, or where evidence is better than any right run's. A
student's request does, and a pair of submissions that resemble each other. An open item of an older attempt goes by itself when
a newer one takes its place: always where the latest attempt counts, with at least as many points where the best one does.
Evidence that is too good, requests and pairs stay until a human has looked. What is done stays done; a new attempt is a new item.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from grader.report import NEAR, Report
from grader.web import audit, teams, work_split
from grader.web.models import (
    Assignment,
    Attempt,
    Digest,
    Membership,
    Pair,
    RegradeRequest,
    Split,
    State,
    User,
    WorkItem,
    WorkRules,
)

Kind, Stands = WorkItem.Kind, WorkItem.State
PASSING = (Kind.NEAR, Kind.TIMEOUT, Kind.CRASHED, Kind.BROKEN)  # a newer attempt may take their place
STOPPED = {"timeout": Kind.TIMEOUT, "crashed": Kind.CRASHED, "memory": Kind.CRASHED, "output": Kind.CRASHED,
           "broken": Kind.BROKEN}
NOTE = 1000  # characters


def offer(attempt: Attempt, digest: Digest | None = None, report: Report | None = None) -> None:
    """Put an attempt on the list where it wants a look; call it in the transaction that writes its end."""
    if not attempt.counts:
        return
    rules = WorkRules.objects.filter(course=attempt.submission.assignment.course).first() or WorkRules()
    _make_room_for(attempt)
    _add(attempt, reasons(attempt, digest, report, rules), rules)


def offer_all(attempts: Iterable[Attempt]) -> None:
    """Put many attempts on the list that count from now on, and take off those that no longer do."""
    rules: dict[int, WorkRules] = {}
    found = list(attempts)
    passing = WorkItem.objects.filter(state=Stands.OPEN, kind__in=PASSING)
    passing.filter(attempt__in=[a.pk for a in found if not a.counts]).update(state=Stands.GONE)
    listed = set(passing.filter(assignment__in={a.submission.assignment_id for a in found}).values_list("assignment", "student"))
    owners = teams.owners_of([a.submission for a in found])
    for attempt in [a for a in found if a.counts]:
        course = attempt.submission.assignment.course
        places = {(attempt.submission.assignment_id, user) for user in owners[attempt.submission_id]}
        if course.pk not in rules:
            rules[course.pk] = WorkRules.objects.filter(course=course).first() or WorkRules()
        digest = getattr(attempt, "digest", None)
        if places & listed:
            _make_room_for(attempt)
        if why := reasons(attempt, digest, None, rules[course.pk]):
            listed |= places
            WorkItem.objects.filter(attempt=attempt, state=Stands.GONE).update(state=Stands.OPEN)
            _add(attempt, why, rules[course.pk])


def reasons(attempt: Attempt, digest: Digest | None, report: Report | None, rules: WorkRules) -> dict[str, str]:
    """Say why an attempt wants a look, by kind."""
    found: dict[str, str] = {}
    status = "broken" if attempt.state == State.BROKEN else attempt.status
    if status in STOPPED:
        found[STOPPED[status]] = attempt.because or status
    if digest is not None and digest.flags:
        found[Kind.GOOD] = "; ".join(report.flags) if report else f"{digest.flags} checks"
    if status == "finished" and (near := _near(attempt, digest, rules)):
        found[Kind.NEAR] = near
    return found


def _near(attempt: Attempt, digest: Digest | None, rules: WorkRules) -> str:
    told = []
    if digest is not None and digest.nearest is not None and NEAR[0] <= digest.nearest <= NEAR[1]:
        told.append(f"{digest.nearest_check} used {digest.nearest:.0%} of the allowed distance")
    if attempt.points and attempt.score is not None:
        percent = 100 * attempt.score / attempt.points
        told += [f"the score, {percent:.4g} %, is near the boundary at {edge:g} %" for edge in rules.boundaries
                 if abs(percent - edge) <= rules.within]
    return "; ".join(told)


def ask(asked: RegradeRequest, member: Membership, now: datetime) -> None:
    """Keep a student's request on the list as long as it is open."""
    if asked.state == RegradeRequest.State.OPEN:
        if not WorkItem.objects.filter(attempt=asked.attempt, kind=Kind.REQUEST, about=asked.check_name).update(
                state=Stands.OPEN, done_by=None, done_at=None):
            _ask(asked, now)
    else:
        WorkItem.objects.filter(attempt=asked.attempt, kind=Kind.REQUEST, about=asked.check_name, state=Stands.OPEN).update(
            state=Stands.DONE, done_by=member.user, done_at=now, note=f"the request was {asked.state}")


def keep(asked: RegradeRequest, reason: str) -> None:
    """Leave a granted request on the list until its new grading counts, or somebody marks it as done."""
    WorkItem.objects.filter(attempt=asked.attempt, kind=Kind.REQUEST, about=asked.check_name).update(
        state=Stands.OPEN, done_by=None, done_at=None, note="", reason=reason[:300])


def count_now(submissions: Collection[int], member: Membership, now: datetime) -> None:
    """Take granted requests off the list: a new grading of their submissions counts."""
    WorkItem.objects.filter(
        kind=Kind.REQUEST, state=Stands.OPEN, attempt__submission__in=submissions, attempt__requests__check_name=F("about"),
        attempt__requests__state=RegradeRequest.State.GRANTED).update(
            state=Stands.DONE, done_by=member.user, done_at=now, note="the new grading counts")


def catch_up() -> int:
    """Put requests and broken attempts on the list that came without, as those from before there was one; returns how many."""
    listed = WorkItem.objects.filter(attempt=OuterRef("attempt"), kind=Kind.REQUEST, about=OuterRef("check_name"))
    open_ = RegradeRequest.objects.filter(~Exists(listed), state=RegradeRequest.State.OPEN).select_related(
        "attempt__submission__assignment__course", "attempt__submission__user")
    broken = Attempt.objects.filter(state=State.BROKEN, counts=True, work=None).select_related(
        "submission__assignment__course", "submission__user")
    for asked in open_:
        _ask(asked, asked.created_at)
    for attempt in broken:
        offer(attempt)
    return len(open_) + len(broken)


def pair_up(pair: Pair, attempt: Attempt, reason: str, at: datetime) -> None:
    """Put a pair of submissions on the list of one's course."""
    rules = WorkRules.objects.filter(course=attempt.submission.assignment.course).first() or WorkRules()
    _add(attempt, {Kind.SIMILAR: reason}, rules, about=str(pair.pk), pair=pair, at=at)


def take(item: WorkItem, member: Membership, to: User | None) -> None:
    """Give an item to somebody, or to nobody."""
    with transaction.atomic():
        before = item.taken_by
        WorkItem.objects.filter(pk=item.pk).update(taken_by=to)
        audit.record(member.user, "work.give", course=member.course, about=_about(item), before=_name(before), after=_name(to))


def done(item: WorkItem, member: Membership, note: str, now: datetime) -> bool:
    """Mark an item as done; False where it is no longer open."""
    with transaction.atomic():
        is_done = bool(WorkItem.objects.filter(pk=item.pk, state=Stands.OPEN).update(
            state=Stands.DONE, done_by=member.user, done_at=now, note=note[:NOTE]))
        if is_done:
            audit.record(member.user, "work.done", course=member.course, about=_about(item), reason=note[:500])
    return is_done


def reopen(item: WorkItem, member: Membership) -> bool:
    """Open an item again that was done; False where it isn't."""
    with transaction.atomic():
        is_open = bool(WorkItem.objects.filter(pk=item.pk, state=Stands.DONE).update(
            state=Stands.OPEN, done_by=None, done_at=None))
        if is_open:
            audit.record(member.user, "work.reopen", course=member.course, about=_about(item))
    return is_open


def _ask(asked: RegradeRequest, at: datetime) -> None:
    rules = WorkRules.objects.filter(course=asked.attempt.submission.assignment.course).first() or WorkRules()
    _add(asked.attempt, {Kind.REQUEST: f"about {asked.check_name}"}, rules, about=asked.check_name, at=at)


def _make_room_for(attempt: Attempt) -> None:
    """Take older attempts' items off the list where this attempt takes their place, for all they count for."""
    s = attempt.submission
    mine = teams.owner_ids(s)
    older = [item for item in WorkItem.objects.filter(
        assignment=s.assignment, student__in=mine, state=Stands.OPEN, kind__in=PASSING).exclude(
        attempt=attempt).select_related("attempt__submission__assignment")
        if _takes_place_of(attempt, item.attempt, s.assignment)]
    owners = teams.owners_of([item.attempt.submission for item in older])
    gone = [item.pk for item in older if owners[item.attempt.submission_id] <= mine]
    if gone:
        WorkItem.objects.filter(pk__in=gone).update(state=Stands.GONE)


def _takes_place_of(new: Attempt, old: Attempt, assignment: Assignment) -> bool:
    is_newer = (new.submission.number, new.number) > (old.submission.number, old.number)
    if not is_newer or new.state != State.DONE or new.status == "broken" or new.score is None:
        return False
    is_scored = old.state == State.DONE and old.status != "broken" and old.score is not None
    return assignment.counting == Assignment.Counting.LATEST or not is_scored or new.score >= (old.score or 0)


def _add(attempt: Attempt, why: dict[str, str], rules: WorkRules, *, about: str = "", pair: Pair | None = None,
         at: datetime | None = None) -> None:
    if not why:
        return
    s = attempt.submission
    to = work_split.turn(s.assignment, s.user, rules, teams.owner_ids(s) if rules.way != Split.NONE else ())
    WorkItem.objects.bulk_create([WorkItem(
        course=s.assignment.course, assignment=s.assignment, student=s.user, attempt=attempt, pair=pair, kind=kind, about=about,
        reason=reason[:300], created_at=at or attempt.finished_at or attempt.created_at, taken_by=to)
        for kind, reason in why.items()], ignore_conflicts=True)


def _about(item: WorkItem) -> str:
    return f"attempt {item.attempt_id}: {item.kind} {item.about}".strip()


def _name(user: User | None) -> str | None:
    return user.username if user else None


