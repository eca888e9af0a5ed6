"""What reports say, in columns: pages that look at thousands of attempts read these and not the reports.

The reports are the truth; grader/web/outcomes.py writes these rows with them, and again for reports that came without.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.attempt import Attempt
from grader.web.models.course import Assignment


class Outcome(models.Model):
    """What one check of one attempt came to."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="outcomes")
    place = models.PositiveSmallIntegerField()  # in the report
    name = models.CharField(max_length=80)
    verdict = models.CharField(max_length=10)  # grader.verdict.Result
    points = models.FloatField()
    max_points = models.FloatField()
    used = models.FloatField(null=True)  # the share of the allowed distance
    visibility = models.CharField(max_length=20)
    flag = models.CharField(max_length=300, blank=True)  # for staff: better than any right run

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "place"], name="one_outcome")]


class Digest(models.Model):
    """What of an attempt with a report is looked for, counted and added up. Days and hours are by the course's clock."""

    attempt = models.OneToOneField(Attempt, models.CASCADE, primary_key=True, related_name="digest")
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="digests")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests")
    day = models.DateField()  # on which it was queued
    hour = models.PositiveSmallIntegerField()
    wait_bin = models.PositiveSmallIntegerField()  # of the time it waited: grader/statistics.py
    busy_s = models.FloatField()  # how long a worker was busy with it
    gpu_s = models.FloatField()
    nearest = models.FloatField(null=True)  # of the shares used, the one nearest to the line
    nearest_check = models.CharField(max_length=80, blank=True)
    flags = models.PositiveSmallIntegerField()  # checks whose evidence is better than any right run's
    mistake = models.CharField(max_length=80, blank=True)  # the known mistake that explains it

    class Meta:
        indexes = [models.Index(fields=["assignment", "day", "wait_bin", "busy_s", "gpu_s"], name="digest_days"),
                   models.Index(fields=["assignment", "mistake", "day"], name="digest_mistakes")]


class Alarm(models.Model):
    """A check that more right-looking attempts fail than chance allows (grader/figures.py); looked for by the sweeper."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="alarms")
    name = models.CharField(max_length=80)
    right = models.PositiveIntegerField()  # attempts that look right to it
    failed = models.PositiveIntegerField()  # of these
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "name"], name="one_alarm")]
