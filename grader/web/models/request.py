"""A student's request to look at a check again, and the talk about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.attempt import Attempt


class RegradeRequest(models.Model):
    """A request about one check of one attempt."""

    class State(models.TextChoices):
        """Where a request stands."""

        OPEN = "open", "open"
        GRANTED = "granted", "granted"
        DECLINED = "declined", "declined"

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="requests")
    check_name = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "check_name"], name="one_request")]


class RegradeMessage(models.Model):
    """One message of the talk about a request."""

    request = models.ForeignKey(RegradeRequest, models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
