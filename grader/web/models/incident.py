"""Incidents: what the service's staff is told of once, however many attempts it meets."""

from __future__ import annotations

from django.db import models


class Incident(models.Model):
    """Something amiss, from when it was first seen until it was over. Of each kind one at most is open."""

    kind = models.CharField(max_length=20)  # of grader.web.alerts.KINDS
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # last
    ended_at = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(default=0)  # attempts that were broken; the longest wait in seconds
    told_at = models.DateTimeField(null=True)  # when the mail about its beginning went out
    end_told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind"], condition=models.Q(ended_at__isnull=True), name="one_open")]
