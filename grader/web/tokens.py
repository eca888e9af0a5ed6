"""Tokens: secrets by which a person's programs are known. Only their SHA-256 is kept; each may do what its scopes say."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from grader.errors import GraderError
from grader.web import audit
from grader.web.models import Token, User

PREFIX = "dlg_"
SCOPES = {
    "read": "see courses, assignments, and the reports and grades that are one's own to see",
    "submit": "hand in, cancel a waiting attempt, and ask for a regrade",
    "grades": "read the grades and the people of courses in which one is staff",
    "mark": "tick items of rubrics at submissions, in courses in which one is staff",
    "regrade": "grade attempts again, let that count and take it back, in courses in which one is staff",
    "manage": "change the people of courses in which one is an instructor",
}
FOR_STAFF = ("grades", "mark", "regrade", "manage")
MAX_DAYS = 365
MAX_TOKENS = 50  # of one person, those that still work
USED_EVERY = timedelta(minutes=1)  # a token's last use is written down no more often


class TokenRefused(GraderError):
    """A token doesn't work, or is not made; `code` is for programs and never changes."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def make(user: User, name: str, scopes: Sequence[str], days: int, now: datetime) -> tuple[Token, str]:
    """Make a token; returns its secret with it, which nobody can read again."""
    if working(user, now).count() >= MAX_TOKENS:
        raise TokenRefused("too_many_tokens", f"{MAX_TOKENS} tokens is the most; revoke one that you no longer use")
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = Token.objects.create(
            user=user, name=name, digest=digest_of(secret), hint=secret[:8], scopes=[s for s in SCOPES if s in scopes],
            expires_at=now + timedelta(days=days))
        audit.record(user, "token.make", about=f"token {token.pk}", after={"name": name, "scopes": token.scopes, "days": days})
    return token, secret


def find(secret: str, now: datetime) -> Token:
    """Return the token of this secret; raises TokenRefused where it doesn't work."""
    token = Token.objects.select_related("user").filter(digest=digest_of(secret)).first()
    if token is None:
        raise TokenRefused("token_unknown", "This token is not known here.")
    if token.revoked_at is not None or not token.user.is_active:
        raise TokenRefused("token_revoked", "This token was revoked; what was handed in with it stands.")
    if token.expires_at <= now:
        raise TokenRefused("token_expired", f"This token expired at {token.expires_at:%Y-%m-%d %H:%M} UTC; make a new one.")
    Token.objects.filter(Q(used_at=None) | Q(used_at__lt=now - USED_EVERY), pk=token.pk).update(used_at=now)
    return token


def revoke(token: Token, by: User, now: datetime) -> bool:
    """Make a token useless; False where it was so already."""
    with transaction.atomic():
        done = bool(Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now))
        if done:
            audit.record(by, "token.revoke", about=f"token {token.pk}", before={"name": token.name})
    return done


def working(user: User, now: datetime) -> QuerySet[Token]:
    """Select a person's tokens that still work."""
    return Token.objects.filter(user=user, revoked_at=None, expires_at__gt=now)


def digest_of(secret: str) -> str:
    """Hash a secret; it has 256 random bits, so that a slow hash would protect nothing more."""
    return hashlib.sha256(secret.encode()).hexdigest()
