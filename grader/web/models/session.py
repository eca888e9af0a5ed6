"""Sessions, as rows that know whose they are, so that people can see theirs and end them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """One browser in which somebody is logged in."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions")
    opened_at = models.DateTimeField(null=True)
    device = models.CharField(max_length=200, blank=True)  # as the browser names itself

    @classmethod
    def get_session_store_class(cls) -> type:
        """Name the store that reads these rows."""
        from grader.web.sessions import SessionStore
        return SessionStore
