"""What staff decide about a student's score by hand. Rows are added and withdrawn, never changed or removed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.course import Assignment


class Adjustment(models.Model):
    """Points by hand for one student in one assignment; they belong to no attempt, so that no regrade takes them away."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="adjustments")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="adjustments")
    points = models.FloatField()  # added to the score; with `is_override` they are the score
    is_override = models.BooleanField(default=False)
    comment = models.TextField(blank=True)  # for the student
    reason = models.CharField(max_length=500, blank=True)  # for staff
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at", "id"]
