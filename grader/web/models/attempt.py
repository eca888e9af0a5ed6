"""Attempts: the rows that the queue lives in. grader/web/queue.py says how they change."""

from __future__ import annotations

from django.db import models

from grader.web.models.course import SpecVersion
from grader.web.models.submission import Submission


class State(models.TextChoices):
    """Where an attempt stands."""

    QUEUED = "queued", "waiting"
    RUNNING = "running", "being graded"
    DONE = "done", "graded"
    CANCELLED = "cancelled", "cancelled"
    BROKEN = "broken", "broken, our fault"


LIVE = (State.QUEUED, State.RUNNING)


class Attempt(models.Model):
    """One grading of a submission; a regrade is a new attempt."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField(default=1)
    version = models.ForeignKey(SpecVersion, models.PROTECT, related_name="attempts")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    queue = models.CharField(max_length=10, default="cpu")
    priority = models.PositiveSmallIntegerField(default=0)  # 0 a student's submission, 1 a regrade
    seed = models.PositiveIntegerField()
    tries = models.PositiveSmallIntegerField(default=0)  # how often it was claimed; also the fence: see queue.py
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, blank=True)  # of the report: finished, timeout, ..., broken
    because = models.TextField(blank=True)
    score = models.FloatField(null=True)
    points = models.FloatField(null=True)
    report = models.CharField(max_length=64, blank=True)  # the object
    counts = models.BooleanField(default=True)  # False: staff alone see it, and no score rests on it, unless it is promoted
    forgotten_at = models.DateTimeField(null=True)  # when its evidence was let go; the manifest still says what there was
    manifest = models.JSONField(null=True)  # grader.manifest.Manifest: what the report rests on

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="one_attempt")]
        indexes = [models.Index(fields=["state", "queue", "priority", "created_at"], name="waiting"),
                   models.Index(fields=["status"], name="attempt_status")]  # the few that broke
