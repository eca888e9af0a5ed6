"""The audit log: who did what to what, when and why. Rows are never changed or removed; the database itself refuses."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.course import Course


class Entry(models.Model):
    """One action. The actor's name is copied, so that the log outlives the account."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    actor_name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=10, blank=True)
    course = models.ForeignKey(Course, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    action = models.CharField(max_length=60)  # as in `login`, `attempt.cancel`, `extension.give`
    object = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-at", "-id"]
