"""Telling the service's staff by mail that something is amiss: once when it begins, and once when it is over.

Theory of operation. The sweeper looks every few seconds. What it finds opens an incident, or goes on with the open one; one that
was not seen for a while is over. Rows hold that, so that sweepers on several hosts send one mail between them: whoever sets
`told_at` sends. A mail server that doesn't answer is tried again in the next round.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest

from grader.settings import Settings
from grader.web.accounts.mail import link, send
from grader.web.models import Attempt, Incident, State
from grader.web.watching import waiting_s

log = logging.getLogger(__name__)
QUIET = timedelta(minutes=30)  # an incident that was not seen for so long is over


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of incident: what its mails say."""

    title: str
    begins: str  # {count} and {limit} are known
    ends: str


KINDS = {
    "broken": Kind("attempts are broken", "An attempt could not be graded through a fault of the service's. It is called broken, "
                   "uses up nobody's attempt, and can be graded again. Further ones until this is over are counted, not mailed.",
                   "No further attempt was broken for {quiet} minutes. In all {count} were."),
    "wait": Kind("attempts wait long", "The attempt that has waited longest has waited {count} s; {limit} s are set as the most. "
                 "Are workers running, and are there enough?",
                 "For {quiet} minutes no attempt waited longer than {limit} s. The longest wait was {count} s."),
}


def look(now: datetime, service: Settings) -> None:
    """Do one round: open, go on with and close incidents, and send what mail is due."""
    last = Incident.objects.filter(kind="broken").aggregate(last=Max("seen_at"))["last"]
    since = last or now - QUIET
    broken = Attempt.objects.filter(state=State.BROKEN, finished_at__gt=since, finished_at__lte=now)
    if found := broken.aggregate(last=Max("finished_at"))["last"]:
        note("broken", found, broken.count(), now)
    if (longest := max(waiting_s(now).values(), default=0.0)) > service.alert_wait_s:
        note("wait", now, int(longest), now)
    Incident.objects.filter(ended_at__isnull=True, seen_at__lt=now - QUIET).update(ended_at=now)
    for incident in Incident.objects.filter(told_at__isnull=True):
        tell(incident, "told_at", service, now)
    for incident in Incident.objects.filter(ended_at__isnull=False, end_told_at__isnull=True, told_at__isnull=False):
        tell(incident, "end_told_at", service, now)


def note(kind: str, seen_at: datetime, count: int, now: datetime) -> None:
    """Open an incident, or go on with the open one."""
    ahead = F("count") + count if kind == "broken" else Greatest(F("count"), count)
    if Incident.objects.filter(kind=kind, ended_at__isnull=True).update(seen_at=seen_at, count=ahead):
        return
    try:
        with transaction.atomic():
            Incident.objects.create(kind=kind, began_at=now, seen_at=seen_at, count=count)
    except IntegrityError:
        log.info("another sweeper has opened an incident of kind %s", kind)
        return
    log.critical("incident: %s", KINDS[kind].title)


def tell(incident: Incident, field: str, service: Settings, now: datetime) -> None:
    """Send a mail about an incident's beginning or end, if nobody else does."""
    if not Incident.objects.filter(pk=incident.pk, **{f"{field}__isnull": True}).update(**{field: now}):
        return
    people = [a.strip() for a in service.alerts.split(",") if a.strip()]
    if people and not send(EmailMessage(*written(incident, field, service), to=people)):
        Incident.objects.filter(pk=incident.pk).update(**{field: None})


def written(incident: Incident, field: str, service: Settings) -> tuple[str, str]:
    """Write the subject and the text of a mail."""
    kind, is_end = KINDS[incident.kind], field == "end_told_at"
    facts = {"count": incident.count, "limit": service.alert_wait_s, "quiet": int(QUIET.total_seconds() // 60)}
    text = (kind.ends if is_end else kind.begins).format(**facts)
    subject = f"[{settings.GRADER.address}] {'over: ' if is_end else ''}{kind.title}"
    return subject, f"{text}\n\nSince {incident.began_at:%Y-%m-%d %H:%M} UTC. How the service is:\n{link('service')}\n"
