"""Courses, who belongs to them, and the assignments they set."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Role(models.TextChoices):
    """What a member is in a course."""

    STUDENT = "student", "student"
    TA = "ta", "TA"
    INSTRUCTOR = "instructor", "instructor"


class Course(models.Model):
    """One course in one term."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=60, default="UTC")
    late_days = models.PositiveIntegerField(default=0)  # free late days of each student over the whole course
    evidence_days = models.PositiveIntegerField(null=True, blank=True)  # after an attempt's grading; empty: evidence stays
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.title


class Membership(models.Model):
    """One person's role in one course."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.STUDENT)
    section = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="one_membership")]

    @property
    def is_staff(self) -> bool:
        """Whether this member grades."""
        return self.role in (Role.TA, Role.INSTRUCTOR)


class SpecVersion(models.Model):
    """An assignment folder as it was at one time: a zip kept by content, never changed."""

    slug = models.SlugField(max_length=80)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of what decides a verdict (grader.catalog.Assignment.digest)
    content = models.CharField(max_length=64)  # the object with the zip
    points = models.FloatField()
    gpu = models.CharField(max_length=10, default="none")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="one_version"),
                       models.UniqueConstraint(fields=["slug", "content"], name="one_content")]


class Assignment(models.Model):
    """An assignment set in a course: a version of its spec, dates and rules."""

    class Counting(models.TextChoices):
        """Which of a student's attempts counts."""

        BEST = "best", "the best attempt"
        LATEST = "latest", "the latest attempt"

    course = models.ForeignKey(Course, models.CASCADE, related_name="assignments")
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    version = models.ForeignKey(SpecVersion, models.PROTECT, related_name="assignments")
    position = models.PositiveIntegerField(default=0)
    opens_at = models.DateTimeField(null=True, blank=True)  # empty: open
    due_at = models.DateTimeField(null=True, blank=True)  # empty: never due
    late_until = models.DateTimeField(null=True, blank=True)  # empty: nothing is taken after the due date
    penalty_percent = models.PositiveIntegerField(default=0)  # of the score, for each day begun after the due date
    max_attempts = models.PositiveIntegerField(null=True, blank=True)  # empty: as many as one likes
    cooldown_s = models.PositiveIntegerField(default=0)  # between two submissions of a student
    counting = models.CharField(max_length=10, choices=Counting.choices, default=Counting.BEST)
    group_set = models.ForeignKey("GroupSet", models.RESTRICT, null=True, blank=True, related_name="assignments")  # of group work
    released_at = models.DateTimeField(null=True, blank=True)  # when `after_release` checks and final marks are shown

    class Meta:
        ordering = ["position", "slug"]
        constraints = [models.UniqueConstraint(fields=["course", "slug"], name="one_assignment")]

    def __str__(self) -> str:
        return self.title


class Extension(models.Model):
    """More time or attempts for one student."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="extensions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="extensions")
    due_at = models.DateTimeField(null=True, blank=True)
    late_until = models.DateTimeField(null=True, blank=True)
    extra_attempts = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "user"], name="one_extension")]
