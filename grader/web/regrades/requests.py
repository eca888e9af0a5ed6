"""Students' requests about checks that a regrade graded again, and answering them from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grader.errors import GraderError
from grader.web import regrade_requests, teams
from grader.web.models import Membership, Regrade, RegradeItem, RegradeRequest
from grader.web.regrade_requests import LONGEST, Message

DECISIONS = ("grant", "decline", "answer")


@dataclass(frozen=True, slots=True)
class Open:
    """A request that waits for an answer, and what the regrade says of its check."""

    request: RegradeRequest
    item: RegradeItem
    change: dict[str, Any] | None  # as in RegradeItem.changes; None: the verdict is the same

    @property
    def is_promoted(self) -> bool:
        """Whether the new grading counts."""
        return self.item.promotion is not None and self.item.promotion.reverted_at is None


def waiting(regrade: Regrade) -> list[Open]:
    """List the open requests about submissions of a regrade, the oldest first."""
    found = RegradeRequest.objects.filter(
        state=RegradeRequest.State.OPEN, attempt__submission__assignment=regrade.assignment_id).select_related(
        "attempt__submission__user", "attempt__submission__assignment").order_by("created_at")
    items = {i.old.submission_id: i for i in regrade.items.filter(
        state=RegradeItem.State.DONE, old__submission__in=[r.attempt.submission_id for r in found]).select_related(
        "old", "promotion").order_by()}
    pairs = [(r, items[r.attempt.submission_id]) for r in found if r.attempt.submission_id in items]
    return [Open(r, i, next((c for c in i.changes if c["check"] == r.check_name), None)) for r, i in pairs]


def answer(regrade: Regrade, member: Membership, chosen: Collection[int], message: Message, now: datetime) -> int:
    """Answer some of the open requests with the same words; returns how many. Raises GraderError."""
    if not message.text.strip():
        raise GraderError("Nothing is written yet: say what the students shall read.")
    if len(message.text) > LONGEST:
        raise GraderError(f"The message has {len(message.text)} characters; {LONGEST} is the most.")
    if message.decision not in DECISIONS:
        raise GraderError(f"Decision {message.decision!r:.40}: choose one of {', '.join(DECISIONS)}.")
    those = [o for o in waiting(regrade) if o.request.pk in chosen
             and not teams.is_own(o.request.attempt.submission, member.user)]
    if not those:
        raise GraderError("No open request is chosen.")
    for one in those:
        regrade_requests.write(one.request.attempt, one.request.check_name, member, message, now, is_graded=True)
    return len(those)
