"""Signing in otherwise than on the page: by the same limits, with the same entries for failures."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from grader.web import audit
from grader.web.accounts import backend, limits
from grader.web.models import Entry, User


def wait_s(request: HttpRequest, name: str, now: datetime) -> int | None:
    """Count a try by address and by account; returns the seconds to wait where it is one too many."""
    user = backend.find(name)
    failures = Entry.objects.filter(action="login.failed", object=about(user)) if user else None
    return (limits.wait_s(limits.LOGIN_FROM, limits.address_of(request), now)
            or limits.wait_s(limits.LOGIN, f"user {user.pk}" if user else f"name {name}", now, failures))


def failed(request: HttpRequest, name: str) -> None:
    """Write a failure down for whose account it was; a name that nobody has may be a password, so it isn't kept."""
    if (user := backend.find(name)) is not None:
        audit.record(None, "login.failed", about=about(user), after={"from": limits.address_of(request), "by": "api"})


def about(user: User) -> str:
    """Name an account in the audit log."""
    return f"user {user.username}"
