"""Who somebody is, from a user name or an e-mail address and a password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.http import HttpRequest

from grader.web.models import User


def find(name: str) -> User | None:
    """Find a person by user name or address, however written; None where none, or more than one, is meant."""
    found = list(User.objects.filter(Q(username__iexact=name.strip()) | Q(email__iexact=name.strip()))[:2])
    return found[0] if len(found) == 1 else None


class NameOrMail(ModelBackend):
    """Django's own backend, asked by either name."""

    def authenticate(self, request: HttpRequest | None, username: str | None = None, password: str | None = None,  # noqa: ARG002
                     **kwargs: Any) -> User | None:  # noqa: ARG002
        """Return the person whose password this is; a name nobody has takes as long as a wrong password."""
        if not username or password is None:
            return None
        user = find(username)
        if user is None:
            make_password(password)
        elif user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None
