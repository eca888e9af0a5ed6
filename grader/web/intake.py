"""Taking a submission in: all of it or nothing. Pages and the API hand in here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from grader.errors import GraderError, SubmissionError
from grader.submission import read_submission
from grader.web import bell, devices, policy, progress, specs, standings, teams
from grader.web.models import LIVE, Assignment, Attempt, GroupSet, Membership, Partner, Submission, User
from grader.web.queue import MAX_RUNNING, MAX_WAITING

SEEDS = 64  # of hidden cases and initial weights: what is measured for one seed is known for all who get it
RUSH = 20  # submissions of one student ...
RUSH_TIME = timedelta(minutes=10)


class Refused(GraderError):
    """A submission is not taken; `code` is for programs and never changes, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in. `key` is the sender's own name for this one sending, so that sending it twice is one submission."""

    name: str
    raw: bytes
    channel: str = "web"
    key: str | None = None


def receive(assignment: Assignment, user: User, upload: Upload, now: datetime) -> Attempt:
    """Keep a submission and queue its first attempt; raises Refused, and then nothing is kept."""
    if (known := _sent_before(user, upload)) is not None:
        return known
    try:
        read_submission(upload.name, upload.raw)
    except SubmissionError as e:
        raise Refused("bad_file", str(e)) from e
    if len(upload.name) > 255 or "/" in upload.name or not upload.name.isprintable():
        raise Refused("bad_name", f"{upload.name!r:.80}: give the file a plain name of at most 255 characters")
    objects = specs.objects()
    try:
        with objects.keeping():  # until the row names it, so that nobody removes the same content of somebody else
            content = objects.put(upload.raw)
            with transaction.atomic():
                attempt = _queue(assignment, user, upload, content, now)
                transaction.on_commit(lambda: announce(attempt))
    except IntegrityError:
        if (known := _sent_before(user, upload)) is not None:
            return known
        raise
    return attempt


def announce(attempt: Attempt) -> None:
    """Tell the page and wake a worker; what is lost here is made up for by the sweeper."""
    if progress.tell(progress.connect(settings.GRADER.redis_url), attempt.pk, "queued"):
        bell.ring(attempt.queue)


def standing(assignment: Assignment, user: User, now: datetime) -> policy.Standing:
    """Look up what a student may do in an assignment."""
    return standings.one(assignment, user, now)


def _sent_before(user: User, upload: Upload) -> Attempt | None:
    if upload.key is None:
        return None
    return Attempt.objects.filter(submission__user=user, submission__key=upload.key).order_by("number").first()


def _queue(assignment: Assignment, user: User, upload: Upload, content: str, now: datetime) -> Attempt:
    """Check the rules and write the rows, the uploads of one student or group one after the other.

    A number is higher than all that any of the group has, so that each of them has theirs in the order of time.
    """
    team = _locked_team(assignment, user)
    _check(assignment, user, now)
    mine = teams.own(team, "") if assignment.group_set_id else Q(user=user)
    last = Submission.objects.filter(mine, assignment=assignment).aggregate(last=Max("number"))["last"] or 0
    submission = Submission.objects.create(
        assignment=assignment, user=user, number=last + 1, name=upload.name, content=content,
        size=len(upload.raw), channel=upload.channel, key=upload.key, received_at=now)
    Partner.objects.bulk_create([Partner(submission=submission, user_id=mate) for mate in sorted(team - {user.pk})])
    return Attempt.objects.create(submission=submission, version=assignment.version, created_at=now,
                                  seed=secrets.randbelow(SEEDS), queue=devices.queue_for(
                                      assignment.version.gpu, progress.connect(settings.GRADER.redis_url)))


def _locked_team(assignment: Assignment, user: User) -> set[int]:
    """Look up for whom a submission counts, and let neither the group change nor anybody of it hand in until it is taken."""
    if assignment.group_set_id is not None:
        GroupSet.objects.select_for_update(no_key=True).get(pk=assignment.group_set_id)
    team = teams.of(assignment, user)
    list(Membership.objects.select_for_update().filter(course=assignment.course, user__in=team).order_by("pk"))
    return team


def _check(assignment: Assignment, user: User, now: datetime) -> None:
    if (refusal := standing(assignment, user, now).refusal(now)) is not None:
        raise Refused(*refusal)
    mine = Submission.objects.filter(user=user)
    if mine.filter(received_at__gt=now - RUSH_TIME).count() >= RUSH:
        raise Refused("too_many", f"{RUSH} submissions in {RUSH_TIME.seconds // 60} minutes is the most; wait a few minutes")
    if Attempt.objects.filter(submission__user=user, state__in=LIVE, counts=True).count() >= MAX_RUNNING + MAX_WAITING:
        raise Refused("queue_full", f"{MAX_RUNNING + MAX_WAITING} of your attempts are waiting or running; "
                                    "wait for one, or cancel one")
