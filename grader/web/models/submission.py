"""What students handed in, kept unchanged."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.course import Assignment


class Submission(models.Model):
    """One file as it was handed in; its bytes are an object of the store."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="submissions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="submissions")
    number = models.PositiveIntegerField()  # 1, 2, ... of this student in this assignment
    name = models.CharField(max_length=255)
    content = models.CharField(max_length=64)  # the object, and so the SHA-256 of the bytes
    size = models.PositiveIntegerField()
    channel = models.CharField(max_length=10, default="web")  # web, api, demo
    key = models.CharField(max_length=64, null=True)  # noqa: DJ001 - one upload sent twice has one key; many have none
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "user", "number"], name="one_number"),
                       models.UniqueConstraint(fields=["user", "key"], name="one_upload")]
