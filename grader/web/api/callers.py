"""Who calls: a program with a token, or a browser with a session and its CSRF token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie
from ninja.utils import check_csrf

from grader.web import specs, tokens
from grader.web.accounts import limits
from grader.web.api.problems import Problem
from grader.web.models import Token, User


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls and with what; a session may do all that its user may."""

    user: User
    token: Token | None = None


class Call(HttpRequest):
    """A request whose caller is known."""

    auth: Caller


class Bearer(HttpBearer):
    """A personal token with the scope a call needs."""

    openapi_description = "A personal token, made on the page Tokens or by `grader login`"

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Find the token's owner; raises Problem where it doesn't work or lacks the scope."""
        del request  # the token says it all
        try:
            found = tokens.find(token.strip(), specs.now())
        except tokens.TokenRefused as e:
            raise Problem(e.code, str(e)) from e
        if self.scope not in found.scopes:
            raise Problem("scope", f"This call needs a token with the scope {self.scope}; this one has "
                                   f"{', '.join(found.scopes) or 'none'}.")
        return _counted(Caller(found.user, found))


class Session(APIKeyCookie):
    """The session of somebody who is logged in."""

    param_name = "sessionid"

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(self.param_name)  # whether it is forged is asked when it is a session

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """Find who is logged in; raises Problem where a change comes without its CSRF token."""
        del key  # the session was looked up by it already
        if not isinstance(request.user, User) or not request.user.is_active:
            return None
        if check_csrf(request) is not None:
            raise Problem("csrf", "Send the CSRF token of the page in the header X-CSRFToken.")
        return _counted(Caller(request.user))


def by(scope: str) -> list[Any]:
    """Say that a call is for tokens with this scope, and for sessions."""
    return [Bearer(scope), Session()]


def _counted(caller: Caller) -> Caller:
    if (wait_s := limits.wait_s(limits.CALLS, f"user {caller.user.pk}", specs.now())) is not None:
        raise Problem("rate_limited", f"More than {limits.CALLS.count} calls in a minute.", retry_after_s=wait_s)
    return caller
