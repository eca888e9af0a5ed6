"""Proofs of assignment folders: rows that a worker takes, as it takes attempts. grader/web/proofs.py says how they change."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.course import Course, SpecVersion
from grader.web.models.draft import Draft


class Proof(models.Model):
    """One proof of exactly one content of a folder."""

    class State(models.TextChoices):
        """Where a proof stands."""

        QUEUED = "queued", "waiting"
        RUNNING = "running", "being proven"
        DONE = "done", "done"
        CANCELLED = "cancelled", "cancelled"
        BROKEN = "broken", "broken, our fault"

    course = models.ForeignKey(Course, models.CASCADE, related_name="proofs")
    slug = models.SlugField(max_length=80)
    draft = models.ForeignKey(Draft, models.SET_NULL, null=True, related_name="proofs")
    content = models.CharField(max_length=64)  # the object with the zip that is proven
    proven = models.CharField(max_length=64, blank=True)  # the same with the calibration that the proof measured
    has_mutants = models.BooleanField(default=False)  # mistakes made by machine are tried as well
    is_anew = models.BooleanField(default=False)  # bands are measured anew, though they fit
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    queue = models.CharField(max_length=10, default="cpu")
    tries = models.PositiveSmallIntegerField(default=0)  # how often it was claimed; also the fence
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    phase = models.CharField(max_length=200, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    told = models.JSONField(default=list)  # a line per example that is done, for the page that watches
    holds = models.BooleanField(null=True)
    because = models.TextField(blank=True)
    report = models.CharField(max_length=64, blank=True)  # the object with all that was found (grader.proof.ProofReport)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["state", "queue", "created_at"], name="waiting_proofs")]


class Publication(models.Model):
    """Who published a version in a course, when and why, and on what proof.

    A version that no publication made, as those that are shipped, is there for every course; others for their own.
    """

    version = models.ForeignKey(SpecVersion, models.CASCADE, related_name="publications")
    course = models.ForeignKey(Course, models.CASCADE, related_name="publications")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    is_override = models.BooleanField(default=False)  # published though no proof of it holds
    has_made = models.BooleanField(default=True)  # the version was not there before
    proof = models.ForeignKey(Proof, models.SET_NULL, null=True, related_name="publications")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "course"], name="one_publication")]
