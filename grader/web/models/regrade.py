"""Regrades: attempts of one assignment graded again together, what came of each, and when it was made to count.

The new gradings are attempts that do not count. A promotion lets some of them count, its revert takes that back; no attempt and
no report is ever replaced.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.attempt import Attempt
from grader.web.models.course import Assignment, SpecVersion


class Way(models.TextChoices):
    """How an attempt is graded again."""

    JUDGE = "judge", "judged from kept evidence"
    RUN = "run", "run again"


class Regrade(models.Model):
    """Attempts of one assignment, graded again with one version of it."""

    class Choice(models.TextChoices):
        """Which attempts; of each submission the grading that counts, or would if the submission did."""

        ALL = "all", "every submission"
        COUNTING = "counting", "the submission of each student that counts"
        LATEST = "latest", "the latest submission of each student"
        FAILING = "failing", "submissions that failed a check"
        NEAR = "near", "submissions near the line"

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running", "in progress"
        READY = "ready", "ready"
        CANCELLED = "cancelled", "cancelled"

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="regrades")
    version = models.ForeignKey(SpecVersion, models.PROTECT, related_name="regrades")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")  # none: all students
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.JUDGE)
    choice = models.CharField(max_length=10, choices=Choice.choices, default=Choice.ALL)
    check_name = models.CharField(max_length=80, blank=True)  # of the choices `failing` and `near`
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]


class Promotion(models.Model):
    """New gradings of a regrade that were made to count together, and whether that was taken back."""

    regrade = models.ForeignKey(Regrade, models.CASCADE, related_name="promotions")
    mode = models.CharField(max_length=10)  # of grader.web.regrades.promotion.MODES
    attempts = models.JSONField(default=list)  # the ids of the new attempts
    rises = models.PositiveIntegerField(default=0)  # students whose grade rose
    falls = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=500)
    message = models.TextField(blank=True)  # for the students
    version_before = models.ForeignKey(SpecVersion, models.PROTECT, null=True, related_name="+")  # where the version was set too
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    reverted_at = models.DateTimeField(null=True)
    reverted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    revert_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-id"]


class RegradeItem(models.Model):
    """One attempt of a regrade: the grading that counted when it began, the new one, and what differs."""

    class State(models.TextChoices):
        """Where an attempt of a regrade stands; grader/web/regrades/claims.py says how it changes."""

        WAITING = "waiting", "waiting"
        RUNNING = "running", "being graded"
        DONE = "done", "graded"
        AGAIN = "again", "must be run again"
        BROKEN = "broken", "broken, our fault"
        LEFT_OUT = "left_out", "not chosen"  # looked at, and not of the kind that was asked for
        CANCELLED = "cancelled", "cancelled"

    class Outcome(models.TextChoices):
        """What becomes of the score."""

        UP = "up", "up"
        DOWN = "down", "down"
        UNCHANGED = "unchanged", "unchanged"

    regrade = models.ForeignKey(Regrade, models.CASCADE, related_name="items")
    old = models.ForeignKey(Attempt, models.CASCADE, related_name="+")
    new = models.OneToOneField(Attempt, models.SET_NULL, null=True, related_name="regrade_item")
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.JUDGE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=160, blank=True)  # who has it, and by which claim
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    old_score = models.FloatField(null=True)
    old_points = models.FloatField(null=True)
    new_score = models.FloatField(null=True)
    new_points = models.FloatField(null=True)
    changes = models.JSONField(default=list)  # of each check whose verdict changed: check, before, after, because
    changed = models.TextField(blank=True)  # their names with a space on either side, to be searched
    near = models.JSONField(default=list)  # the checks that used about all of their tolerance
    is_near = models.BooleanField(default=False)
    because = models.TextField(blank=True)  # why it must be run again, or broke
    promotion = models.ForeignKey(Promotion, models.SET_NULL, null=True, related_name="items")  # the last one

    class Meta:
        ordering = ["old__submission__user__username", "old__submission__number", "id"]
        constraints = [models.UniqueConstraint(fields=["regrade", "old"], name="one_item")]
        indexes = [models.Index(fields=["state", "way", "id"], name="items_waiting")]


class Notice(models.Model):
    """What a student is told of a changed score: on their pages, and in a mail with others."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="notices")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="+")
    is_revert = models.BooleanField(default=False)
    is_ready = models.BooleanField(default=False)  # the scores are worked out
    is_void = models.BooleanField(default=False)  # nothing changed that the student may see, or it was taken back in time
    old_score = models.FloatField(null=True)  # as the student could see it
    new_score = models.FloatField(null=True)
    at = models.DateTimeField()
    mail_at = models.DateTimeField()  # not before
    mailed_at = models.DateTimeField(null=True)  # when it was given to the post, or a page alone told it
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["is_ready", "mailed_at", "mail_at"], name="notices_to_mail")]
