"""The post: letters are written as rows in the transaction that gives rise to them, and sent afterwards, each once.

Theory of operation. A letter is claimed by compare-and-set before the mail server hears of it, so of any number of senders one
sends it. What the server refuses was not sent: it is tried again, later and later, and given up after the last pause, or at
once where the server says that it is for good. What was under way when the sender or the connection was lost may have been
sent or not: it is never sent again, because nobody may get a mail twice, and stays as `perhaps sent` for staff to see.

A letter with an invitation gets its link when it is sent, made anew, because of a link only the SHA-256 is kept.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected
from typing import Any

from django.core.mail import EmailMessage, get_connection

from grader.web.accounts import invitations, mail
from grader.web.models import Invitation, Letter, User

State = Letter.State
LEASE = timedelta(minutes=5)
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 720))  # between two tries
AT_ONCE = 100  # letters of a round
PERMANENT = 500
log = logging.getLogger(__name__)


def write(address: str, subject: str, text: str, key: str, now: datetime, *, user: User | None = None,
          invitation: Invitation | None = None) -> Letter | None:
    """Write a letter; None where one with this key was written before."""
    made, is_new = Letter.objects.get_or_create(key=key, defaults={
        "address": address, "subject": " ".join(subject.split())[:200], "text": text, "user": user, "invitation": invitation,
        "due_at": now, "created_at": now})
    return made if is_new else None


def send_due(now: datetime) -> int:
    """Send what is due; returns how many letters went out. Where the mail server doesn't answer nothing is lost or counted."""
    Letter.objects.filter(state=State.SENDING, lease_until__lt=now).update(
        state=State.UNKNOWN, text="", because="its sender was lost while it was being sent")
    waiting = list(Letter.objects.filter(state=State.WAITING, due_at__lte=now).order_by("due_at", "pk")[:AT_ONCE])
    if not waiting:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except (SMTPException, OSError) as e:
        log.warning("the mail server doesn't answer: %s; %d letters wait", e, len(waiting))
        return 0
    try:
        return sum(_send(letter, connection, now) for letter in waiting)
    finally:
        connection.close()


def _send(letter: Letter, connection: Any, now: datetime) -> bool:
    """Send one letter unless another sender has it; True where it went out."""
    mine = Letter.objects.filter(pk=letter.pk, state=State.WAITING)
    if not mine.update(state=State.SENDING, lease_until=now + LEASE, tries=letter.tries + 1):
        return False
    message = _message(letter, now)
    if message is None:
        _end(letter, state=State.REFUSED, because="the invitation is used up, withdrawn or over")
        return False
    try:
        connection.send_messages([message])
    except (SMTPServerDisconnected, OSError) as e:
        if isinstance(e, SMTPException) and not isinstance(e, SMTPServerDisconnected):
            _refused(letter, e, now)
        else:
            log.exception("letter %s: the connection was lost while it was being sent", letter.pk)
            _end(letter, state=State.UNKNOWN, because=f"the connection was lost: {e}"[:300])
        return False
    _end(letter, state=State.SENT, sent_at=now)
    return True


def _message(letter: Letter, now: datetime) -> EmailMessage | None:
    if letter.invitation is None:
        return EmailMessage(letter.subject, letter.text, to=[letter.address])
    found = invitations.renewed(letter.invitation, now)
    return mail.invitation(letter.invitation, mail.link("join", found)) if found else None


def _refused(letter: Letter, fault: SMTPException, now: datetime) -> None:
    """Put a letter back that the server didn't take, or give it up."""
    because = str(fault)[:300]
    if is_for_good(fault) or letter.tries >= len(PAUSES):
        log.error("letter %s to %s is given up: %s", letter.pk, letter.address, because)
        _end(letter, state=State.REFUSED, because=because)
    else:
        Letter.objects.filter(pk=letter.pk).update(state=State.WAITING, lease_until=None, because=because,
                                                   due_at=now + PAUSES[letter.tries])


def is_for_good(fault: SMTPException) -> bool:
    """Whether a mail server says that trying again is of no use."""
    if isinstance(fault, SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _ in fault.recipients.values())
    return isinstance(fault, SMTPResponseException) and fault.smtp_code >= PERMANENT


def _end(letter: Letter, **found: Any) -> None:
    Letter.objects.filter(pk=letter.pk).update(lease_until=None, text="", **found)
