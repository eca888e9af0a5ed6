"""What is kept of one person, as plain values: of the account, of each course, and of each submission.

A student's own copy shows what the pages show: hidden checks and what staff note for themselves are left out. Whoever runs a
course, or the service, gets all of it. Secrets (passwords, tokens, sessions) are in no copy, for nobody needs theirs read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.web import marks, reports
from grader.web.marks import Record
from grader.web.models import (
    Accommodation,
    Attempt,
    Course,
    Extension,
    GroupMember,
    Hold,
    Letter,
    LineComment,
    Membership,
    News,
    Notice,
    Pair,
    RegradeRequest,
    Session,
    Submission,
    Token,
    WorkItem,
)
from grader.web.personal import audited
from grader.web.personal.sight import Sight

Told = dict[str, Any]
LEFT_OUT = (
    "Left out: checks that you may not see (yet), and what follows from them; notes that staff write for themselves, such as "
    "reasons for points, holds and accommodations, the work list and similar submissions; passwords and the secrets of tokens "
    "and sessions; and the raw numbers that your program left in its box, from which the reports were made.")
WHOLE = ("Left out: passwords and the secrets of tokens and sessions, and the raw numbers that programs left in their boxes, "
         "from which reports were made. It has hidden checks and staff notes: students take a copy of their own.")


def account(sight: Sight) -> Told:
    """Tell of the account; to those who run one course only who it is."""
    user = sight.user
    told: Told = {"user": user.username, "e-mail": user.email, "first_name": user.first_name, "last_name": user.last_name}
    if sight.course is not None:
        return told
    return told | {
        "joined": user.date_joined, "last_login": user.last_login, "is_active": user.is_active, "is_site_staff": user.is_staff,
        "mail_pace": user.mail_pace,
        "memberships": list(Membership.objects.filter(user=user).values(
            "course__slug", "role", "section", "is_active", "joined_at")),
        "tokens": list(Token.objects.filter(user=user).values(
            "name", "hint", "scopes", "created_at", "expires_at", "used_at", "revoked_at")),
        "sessions": list(Session.objects.filter(user=user).values("opened_at", "device", "expire_date")),
        "mail": list((Letter.objects.filter(user=user) | Letter.objects.filter(address__iexact=user.email)).values(
            "address", "subject", "text", "state", "created_at", "sent_at")),
        "news": list(News.objects.filter(user=user).values("course__slug", "assignment__slug", "announcement__title",
                                                           "is_release", "at", "is_over"))}


def course(sight: Sight, of: Course) -> Told:
    """Tell of one course all but what was handed in."""
    user, reason = sight.user, () if sight.is_own else ("reason", "given_by__username")
    always = Accommodation.objects.filter(course=of, user=user)
    told: Told = {
        "course": of.slug, "title": of.title,
        "membership": Membership.objects.filter(course=of, user=user).values("role", "section", "is_active", "joined_at").first(),
        "groups": list(GroupMember.objects.filter(group_set__course=of, user=user).values("group_set__name", "group__name")),
        "accommodations": list(always.values("days", "attempts_percent", "is_cooldown_free", "created_at", *reason)),
        "extensions": list(Extension.objects.filter(assignment__course=of, user=user).values(
            "assignment__slug", "due_at", "late_until", "extra_attempts", "created_at", *reason)),
        "told_changes": list(Notice.objects.filter(assignment__course=of, user=user, is_ready=True, is_void=False).values(
            "assignment__slug", "old_score", "new_score", "is_revert", "at", "mailed_at", "seen_at"))}
    if not sight.is_own:
        mine = WorkItem.objects.filter(course=of, student=user)
        told["work_list"] = list(mine.values("assignment__slug", "attempt", "kind", "about", "reason", "state", "created_at",
                                             "done_by__username", "done_at", "note"))
        told["holds"] = list(Hold.objects.filter(assignment__course=of, student=user).values(
            "assignment__slug", "reason", "by__username", "at", "lifted_at", "lifted_by__username"))
    return told


def records(sight: Sight, of: Course) -> Iterator[tuple[Record, Membership]]:
    """Go through a person's assignments of a course, with the eyes they are read with."""
    viewer = sight.viewer(of)
    for record in marks.of_course(sight.user, viewer, sight.now):
        yield record, viewer


def assignment(sight: Sight, record: Record) -> Told:
    """Tell of one assignment what counts and what was given by hand."""
    given = [{"points": a.points, "is_override": a.is_override, "comment": a.comment, "at": a.at, "withdrawn_at": a.withdrawn_at}
             | ({} if sight.is_own else {"reason": a.reason, "by": a.by.username if a.by else None}) for a in record.adjustments]
    return {"assignment": record.assignment.slug, "title": record.assignment.title, "score": record.score,
            "points": record.points, "is_held": record.is_held or (not sight.is_own and record.hold is not None),
            "by_hand": given}


def submission(sight: Sight, found: Submission, attempts: list[Attempt], viewer: Membership) -> Told:
    """Tell of one submission, and of what people wrote at it as far as the reader may see that."""
    told: Told = {"number": found.number, "name": found.name, "size": found.size, "sha256": found.content,
                  "channel": found.channel, "received_at": found.received_at, "comments": [], "rubric": []}
    if attempts and reports.is_open(attempts[0], viewer, sight.now):
        said = LineComment.objects.filter(submission=found)
        if sight.is_own:
            said = said.filter(removed_at=None, replaced_by=None)
        told["comments"] = list(said.values("part", "line", "text", "at", "removed_at"))
        told["rubric"] = list(found.ticks.filter(undone_at=None).values("item__name", "item__points", "at"))
    if not sight.is_own:
        pairs = Pair.objects.filter(first=found) | Pair.objects.filter(second=found)
        told["similar"] = list(pairs.values("share", "common", "at"))
    return told


def attempt(sight: Sight, found: Attempt) -> Told:
    """Tell of one attempt; its report is a file of its own."""
    told: Told = {
        "number": found.number, "state": found.state, "created_at": found.created_at, "started_at": found.started_at,
        "finished_at": found.finished_at, "score": found.score, "points": found.points,
        "evidence_kept": len(found.manifest["runs"]) if found.manifest and not found.forgotten_at else 0, "requests": [
            {"check": asked.check_name, "state": asked.state, "created_at": asked.created_at,
             "messages": list(asked.messages.values("author__username", "text", "at"))}
            for asked in RegradeRequest.objects.filter(attempt=found).order_by("pk")]}
    if not sight.is_own:
        told |= {"status": found.status, "because": found.because, "seed": found.seed, "counts": found.counts}
    return told


def entries(sight: Sight) -> Iterator[Told]:
    """Go through the audit log; of what others did a person's own copy tells when, what and to what."""
    for entry in audited.about(sight.user, sight.course):
        told: Told = {"at": entry.at, "role": entry.role, "course": entry.course.slug if entry.course else None,
                      "action": entry.action, "about": entry.object}
        if not sight.is_own or entry.actor_id == sight.user.pk:
            told |= {"by": entry.actor_name, "before": entry.before, "after": entry.after, "reason": entry.reason}
        if not sight.is_own or audited.may_read(entry, sight.user):
            yield told
