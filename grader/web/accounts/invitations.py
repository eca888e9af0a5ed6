"""Invitations: made by an instructor, known by the SHA-256 of their secret, used up one person at a time."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import F

from grader.errors import GraderError
from grader.web import audit
from grader.web.courses import set_role
from grader.web.models import Course, Invitation, Membership, Role, User

RANK = [Role.STUDENT, Role.TA, Role.INSTRUCTOR]
UNKNOWN = "There is no invitation at this address. Look whether the whole link was copied, or ask for a new one."
EXPIRED = "This invitation has expired. Ask whoever sent it for a new one."
USED_UP = "This invitation has been used up. Ask whoever sent it for a new one."
FOREIGN = "This invitation is for somebody with another e-mail address than yours."
REMOVED = "Your place in this course was taken away. Ask your instructor, who can give it back."


class Unusable(GraderError):
    """An invitation that lets nobody, or not this person, in; the message is for people."""


def make(course: Course, by: User | None, expires_at: datetime, *, role: str = Role.STUDENT, email: str = "",
         uses: int = 1, section: str = "") -> tuple[Invitation, str]:
    """Make an invitation; returns it with its secret, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        made = Invitation.objects.create(course=course, role=role, email=email.lower(), section=section,
                                         digest=digest_of(secret), uses_left=uses, expires_at=expires_at, created_by=by)
        audit.record(by, "invitation.make", course=course, about=f"invitation {made.pk}",
                     after={"role": role, "email": made.email, "uses": uses, "expires_at": expires_at.isoformat()})
    return made, secret


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find(secret: str, now: datetime) -> Invitation:
    """Return the invitation of a secret; raises Unusable where it lets nobody in."""
    found = Invitation.objects.select_related("course").filter(digest=digest_of(secret)).first()
    if found is None:
        raise Unusable(UNKNOWN)
    if found.expires_at <= now:
        raise Unusable(EXPIRED)
    if found.uses_left == 0:
        raise Unusable(USED_UP)
    return found


def check(invitation: Invitation, user: User) -> None:
    """Raise Unusable where this person can't use the invitation."""
    if invitation.email and invitation.email != user.email.lower():
        raise Unusable(FOREIGN)
    member = Membership.objects.filter(course=invitation.course, user=user).first()
    if member is not None and not member.is_active and not invitation.email:
        raise Unusable(REMOVED)


def is_new_to(invitation: Invitation, user: User) -> bool:
    """Tell whether the invitation gives a person anything they don't have."""
    member = Membership.objects.filter(course=invitation.course, user=user, is_active=True).first()
    return member is None or RANK.index(Role(invitation.role)) > RANK.index(Role(member.role))


def join(invitation: Invitation, user: User, now: datetime) -> None:
    """Make a person a member, and use the invitation up by one; a member who gains nothing by it uses nothing up."""
    check(invitation, user)
    if not is_new_to(invitation, user):
        return
    with transaction.atomic():
        mine = Invitation.objects.filter(pk=invitation.pk, uses_left__gt=0, expires_at__gt=now)
        if not mine.update(uses_left=F("uses_left") - 1):
            raise Unusable(USED_UP)
        set_role(invitation.course, user, invitation.role, by=user, reason=f"invitation {invitation.pk}",
                 section=invitation.section or None)
        audit.record(user, "invitation.use", course=invitation.course, about=f"invitation {invitation.pk}")


def renewed(invitation: Invitation, now: datetime) -> str | None:
    """Make an invitation a new secret and return it; the one before ends. None where the invitation lets nobody in any more."""
    secret = secrets.token_urlsafe(32)
    mine = Invitation.objects.filter(pk=invitation.pk, uses_left__gt=0, expires_at__gt=now)
    return secret if mine.update(digest=digest_of(secret)) else None


def withdraw(invitation: Invitation, by: User) -> None:
    """Let an invitation let nobody in any more."""
    with transaction.atomic():
        if Invitation.objects.filter(pk=invitation.pk, uses_left__gt=0).update(uses_left=0):
            audit.record(by, "invitation.withdraw", course=invitation.course, about=f"invitation {invitation.pk}",
                         before={"uses": invitation.uses_left}, after={"uses": 0})
