"""Grades that staff hold back from one student. Rows are added and lifted, never changed or removed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.course import Assignment


class Hold(models.Model):
    """One student's grade in one assignment, held back: the student sees neither score nor report until it is lifted."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="holds")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="holds")
    reason = models.CharField(max_length=500)  # for staff
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["assignment", "student"], condition=models.Q(lifted_at=None),
                                               name="one_hold")]
