"""People, the tokens their programs use, and invitations into a course."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from grader.web.models.course import Course, Role


class User(AbstractUser):
    """A person. What they may do is said by their membership of each course, not here."""

    class Pace(models.TextChoices):
        """How often news of grades and announcements come by mail."""

        NOW = "now", "as they happen"
        DAILY = "daily", "once a day, together"
        NONE = "none", "never"

    email = models.EmailField(unique=True)
    mail_pace = models.CharField(max_length=10, choices=Pace.choices, default=Pace.NOW)

    @property
    def shown_name(self) -> str:
        """The name others read."""
        return self.get_full_name() or self.username


class Token(models.Model):
    """A secret for one person's programs; only its SHA-256 is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)  # how the secret begins, to tell tokens apart
    scopes = models.JSONField(default=list)  # of grader.web.tokens.SCOPES
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Invitation(models.Model):
    """A link that makes whoever follows it a member of a course; only its SHA-256 is kept."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.STUDENT)
    section = models.CharField(max_length=60, blank=True)  # that whoever follows it is put into
    email = models.EmailField(blank=True)  # who alone may use it; empty: anyone who has the link
    digest = models.CharField(max_length=64, unique=True)
    uses_left = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
