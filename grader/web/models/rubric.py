"""Rubrics: items that staff tick at submissions. Ticks are added and undone, never changed or removed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.course import Assignment
from grader.web.models.submission import Submission


class RubricItem(models.Model):
    """Something that is worth points by hand, ticked at submissions; what its points become counts at every tick."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="rubric")
    name = models.CharField(max_length=120)
    points = models.FloatField()  # added; below zero: taken off
    description = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)  # from then on it is ticked no more; ticks that are there count

    class Meta:
        ordering = ["position", "id"]


class RubricTick(models.Model):
    """A rubric's item found true of a submission."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="ticks")
    item = models.ForeignKey(RubricItem, models.RESTRICT, related_name="ticks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["submission", "item"], condition=models.Q(undone_at=None),
                                               name="one_tick")]
