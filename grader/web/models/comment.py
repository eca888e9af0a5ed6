"""Comments of staff at lines of a submission. Rows are added, replaced and removed, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.submission import Submission


class LineComment(models.Model):
    """A comment at one line of a submission; editing it is another one, which takes its place."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="line_comments")
    part = models.CharField(max_length=120)  # a file's name, or `cell 3`
    line = models.PositiveIntegerField()
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    replaces = models.OneToOneField("self", models.CASCADE, null=True, related_name="replaced_by")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at", "id"]
