"""The score that counts of each student in each assignment, kept so that thousands can be sorted and added up at once.

Worked out by grader/web/grades.py alone and kept by grader/web/counted.py; a missing row means that there is no score.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.attempt import Attempt
from grader.web.models.course import Assignment


class Counted(models.Model):
    """What counts of one student's work in one assignment, all checks counted in."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="counted")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="counted")
    attempt = models.ForeignKey(Attempt, models.CASCADE, null=True, related_name="counted")
    score = models.FloatField(null=True)  # after the penalty for lateness, what was given by hand counted in
    is_late = models.BooleanField(default=False)
    by_hand = models.PositiveIntegerField(default=0)  # how much stands that was given by hand

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "student"], name="one_counted")]
        indexes = [models.Index(fields=["student", "assignment", "score"], name="counted_scores")]
