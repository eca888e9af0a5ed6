"""Submissions that resemble one another: a hint to a human, never a mark. grader/web/likenesses.py finds them."""

from __future__ import annotations

from django.db import models

from grader.web.models.course import Assignment
from grader.web.models.submission import Submission


class Prints(models.Model):
    """The fingerprints of one submission (grader/likeness.py)."""

    submission = models.OneToOneField(Submission, models.CASCADE, primary_key=True, related_name="prints")
    method = models.PositiveSmallIntegerField()  # grader.likeness.METHOD
    marks = models.JSONField(default=list)  # numbers, each once


class Comparison(models.Model):
    """When an assignment's submissions were compared last, and whether they are due again."""

    assignment = models.OneToOneField(Assignment, models.CASCADE, primary_key=True, related_name="comparison")
    due_at = models.DateTimeField(null=True, db_index=True)  # empty: nothing new has come
    done_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    because = models.CharField(max_length=300, blank=True)  # what went wrong the last time


class Pair(models.Model):
    """Two students' submissions to one assignment, or to the same one in another course, that have much in common."""

    first = models.ForeignKey(Submission, models.CASCADE, related_name="+")  # handed in earlier
    second = models.ForeignKey(Submission, models.CASCADE, related_name="+")
    share = models.FloatField()  # of the shorter one's own fingerprints
    common = models.PositiveIntegerField()  # fingerprints that both have
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="one_pair")]
