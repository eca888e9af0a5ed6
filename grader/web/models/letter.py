"""Mail that is to be sent: rows that the post (grader/web/post.py) sends one after the other, each once."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.account import Invitation


class Letter(models.Model):
    """One mail to one person. Its text goes once it is sent."""

    class State(models.TextChoices):
        """Where a letter stands."""

        WAITING = "waiting", "waiting to be sent"
        SENDING = "sending", "being sent"
        SENT = "sent", "sent"
        REFUSED = "refused", "not taken by the mail server"
        UNKNOWN = "unknown", "perhaps sent"  # the sender was lost in the middle: sent again it might come twice

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="letters")
    address = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    invitation = models.ForeignKey(Invitation, models.CASCADE, null=True, related_name="letters")  # whose link it brings
    key = models.CharField(max_length=120, unique=True)  # names what it tells, so that nothing is told twice
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()  # not before
    lease_until = models.DateTimeField(null=True)
    because = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="post")]
