"""Mail of the accounts, in plain text."""

from __future__ import annotations

import functools
import logging
from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from grader.web.models import Invitation, User

log = logging.getLogger(__name__)
RESET = """Hello {name},

somebody, you we hope, has asked for a new password for your account "{account}" on {service}.
Follow this link within {hours} hours to choose one:

{link}

If it wasn't you, do nothing: your password stays as it is.
"""
INVITATION = """Hello,

{who} invites you to the course "{course}" on {service}, as {role}.
Follow this link to join, before {until}:

{link}
"""


def link(name: str, *args: str) -> str:
    """Write a page's full address, from the settings and never from a request's headers."""
    return f"{settings.GRADER.address}{reverse(name, args=args)}"


def reset(user: User, to: str) -> EmailMessage:
    """Write the mail with which a new password can be set at the address `to`."""
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    text = RESET.format(name=user.shown_name, account=user.username, service=settings.GRADER.address, hours=hours, link=to)
    return EmailMessage("A new password", text, to=[user.email])


def invitation(made: Invitation, to: str) -> EmailMessage:
    """Write the mail that invites to a course at the address `to`."""
    who = made.created_by.shown_name if made.created_by else "Your instructor"
    text = INVITATION.format(who=who, course=made.course.title, service=settings.GRADER.address, role=made.get_role_display(),
                             until=f"{made.expires_at:%Y-%m-%d %H:%M} UTC", link=to)
    return EmailMessage(" ".join(f"Invitation to {made.course.title}".split()), text, to=[made.email])


def send(message: EmailMessage) -> bool:
    """Send a mail; False, with a line in the log, where the mail server doesn't take it."""
    try:
        message.send()
    except (SMTPException, OSError) as e:
        log.warning("mail %r is not sent: %s", message.subject, e)
        return False
    return True


def send_later(message: EmailMessage) -> None:
    """Send a mail behind the answer, so that the time an answer takes doesn't tell whether there was one to send."""
    _postman().submit(send, message)


@functools.cache
def _postman() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "mail")
