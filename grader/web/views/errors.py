"""Error pages in the look of all others. They say what happened, and what to do next."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from grader.errors import Unwritten

TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@dataclass(frozen=True, slots=True)
class Fault:
    """What an error page says."""

    status: int
    title: str
    text: str
    next: str


BAD = Fault(400, "This request can't be read", "Something in it has a form that no page of ours sends.",
            "Go back, load the page again and repeat what you did.")
FORBIDDEN = Fault(403, "You may not do this", "Your account has no right to it.", "Go to your courses.")
OLD_PAGE = Fault(403, "This page was open for too long",
                 "Since it was loaded somebody logged in or out in this browser. Nothing of what it sent was kept.",
                 "Go back, load the page again and send it once more.")
NOT_FOUND = Fault(404, "There is no such page", "The address is wrong, or what stands there is not yours to see.",
                  "Go to your courses.")
TOO_LARGE = Fault(413, "This is too large",
                  "At most 10 MB can be sent at once, and nothing was kept. A program or notebook of this course is far smaller.",
                  "If it is a notebook, clear its outputs and save it; then hand it in again.")
NO_LENGTH = Fault(411, "The length is missing", "What is sent must say how long it is.", "Send it with a Content-Length.")
OURS = Fault(500, "Something broke on our side", "The fault is ours, and it is written down. What you handed in before is safe.",
             "Try again in a moment; if it stays, tell your instructor.")

BUSY = Fault(503, "The service can't be reached right now",
             "Its database doesn't answer. What you handed in before is safe; what was on its way just now was not kept.",
             "Try again in a minute.")
FULL = Fault(503, "Nothing can be kept right now", "The service has no place to write. What you handed in before is safe, "
             "but what was on its way just now was not kept.", "Try again in a minute; if it stays, tell your instructor.")


def page(fault: Fault, request: HttpRequest | None = None) -> HttpResponse:
    """Make the page of an error."""
    return HttpResponse(render_to_string("web/error.html", {"fault": fault}, request), status=fault.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Answer what can't be read, or is too large."""
    return page(TOO_LARGE if isinstance(exception, TOO_BIG) else BAD)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Answer what somebody may not do."""
    return page(FORBIDDEN, request)


def old_page(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Answer a form without a valid CSRF token."""
    return page(OLD_PAGE)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Answer an address that nothing stands under."""
    return page(NOT_FOUND, request)


def broken(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Answer when something of ours broke; the page needs no session, which may be what broke."""
    fault = sys.exception()
    if isinstance(fault, OperationalError | InterfaceError):
        return page(BUSY)
    return page(FULL if isinstance(fault, Unwritten) else OURS)
