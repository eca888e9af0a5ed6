"""The talk about a check: a student asks for another look, staff answer; what is granted is graded again, beside what counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from grader.web import audit, teams, work
from grader.web.models import Attempt, Membership, RegradeMessage, RegradeRequest
from grader.web.regrades import single

LONGEST = 4000  # characters of a message
State = RegradeRequest.State
ANSWERS = {"grant": State.GRANTED, "decline": State.DECLINED, "answer": State.OPEN}


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody says about a check, and what staff decide with it: `grant`, `decline`, or only `answer`."""

    text: str
    decision: str = "answer"


def write(attempt: Attempt, check: str, member: Membership, message: Message, now: datetime, *,
          is_graded: bool = False) -> RegradeRequest:
    """Add a message to the talk about a check, which the first one opens; with `is_graded` it was graded again already."""
    with transaction.atomic():
        asked, is_new = RegradeRequest.objects.get_or_create(attempt=attempt, check_name=check, defaults={"created_at": now})
        is_staff = member.is_staff and not teams.is_own(attempt.submission, member.user)
        before, after = asked.state, ANSWERS.get(message.decision, State.OPEN) if is_staff else State.OPEN
        RegradeMessage.objects.create(request=asked, author=member.user, text=message.text, at=now)
        RegradeRequest.objects.filter(pk=asked.pk).update(state=after)
        deed = "open" if is_new else message.decision if is_staff and message.decision in ANSWERS else "write"
        audit.record(member.user, f"request.{deed}", course=member.course, about=f"attempt {attempt.pk}, check {check}",
                     before=None if is_new else before, after=str(after), reason=message.text[:500])
        asked.refresh_from_db()
        work.ask(asked, member, now)
        if after == State.GRANTED and before != State.GRANTED and not is_graded:
            _grade_again(asked, attempt, member, now)
    return asked


def _grade_again(asked: RegradeRequest, attempt: Attempt, member: Membership, now: datetime) -> None:
    """Grade the submission again with the version of today and new seeds: to be looked at, or to count where nothing does."""
    reason = f"granted: another look at {asked.check_name} of attempt {attempt.pk}"
    made = single.afresh(attempt.submission, member, reason, now)
    if made is None:
        single.queued(attempt.submission, now, counts=True)
    else:
        work.keep(asked, f"granted: see whether regrade {made.pk} shall count")
