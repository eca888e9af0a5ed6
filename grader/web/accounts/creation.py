"""Making an account from the command line, by the rules that hold for people who make their own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from grader.errors import GraderError
from grader.web import audit
from grader.web.accounts.forms import PLAIN_NAME
from grader.web.models import User


def set_site_staff(user: User, *, is_staff: bool) -> None:
    """Let a person do what the staff of the whole service may, or no longer."""
    with transaction.atomic():
        before = User.objects.select_for_update().get(pk=user.pk).is_staff
        if before != is_staff:
            User.objects.filter(pk=user.pk).update(is_staff=is_staff)
            audit.record(None, "user.staff", about=f"user {user.username}", before=before, after=is_staff)


def create(name: str, email: str, password: str, *, first_name: str = "", last_name: str = "") -> User:
    """Make an account; raises GraderError that names all that is wrong with it."""
    made = User(username=name, email=email.lower(), first_name=first_name, last_name=last_name)
    if User.objects.filter(Q(username__iexact=name) | Q(email__iexact=email)).exists():
        raise GraderError(f"account {name}: the name or the address {email} is taken; choose another")
    faults: list[str] = []
    checks: list[Callable[[], None]] = [lambda: PLAIN_NAME(name), lambda: made.full_clean(exclude=["password"]),
                                        lambda: validate_password(password, made)]
    for check in checks:
        try:
            check()
        except ValidationError as e:
            faults += e.messages
    if faults:
        raise GraderError(f"account {name}: {' '.join(faults)}")
    made.set_password(password)
    with transaction.atomic():
        made.save()
        audit.record(None, "user.create", about=f"user {made.username}")
    return made
