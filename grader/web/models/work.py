"""What wants a human's look. grader/web/work.py says what comes on the list and what takes it off."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.attempt import Attempt
from grader.web.models.course import Assignment, Course
from grader.web.models.likeness import Pair


class Split(models.TextChoices):
    """How the work of a course is split."""

    NONE = "none", "not split"
    ROUND = "round", "in turn"
    SECTION = "section", "by section"


class WorkRules(models.Model):
    """How a course's work list is made."""

    course = models.OneToOneField(Course, models.CASCADE, primary_key=True, related_name="work_rules")
    way = models.CharField(max_length=10, choices=Split.choices, default=Split.NONE)
    boundaries = models.JSONField(default=list)  # percent of the points at which a grade changes
    within = models.FloatField(default=1.0)  # percent around a boundary


class WorkItem(models.Model):
    """One reason to look at one attempt."""

    class Kind(models.TextChoices):
        """Why somebody should look."""

        REQUEST = "request", "regrade request"
        BROKEN = "broken", "broken"
        GOOD = "good", "too good"
        SIMILAR = "similar", "similar pair"
        NEAR = "near", "near the line"
        TIMEOUT = "timeout", "timed out"
        CRASHED = "crashed", "crashed"

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", "open"
        DONE = "done", "done"
        GONE = "gone", "no longer of interest"  # a newer attempt has taken its place

    course = models.ForeignKey(Course, models.CASCADE, related_name="work")
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="work")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="work")
    pair = models.ForeignKey(Pair, models.CASCADE, null=True, related_name="work")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    about = models.CharField(max_length=80, blank=True)  # the check, or the pair's number
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "kind", "about"], name="one_work_item")]
        indexes = [models.Index(fields=["course", "state", "taken_by", "created_at"], name="work_list"),
                   models.Index(fields=["assignment", "student", "state"], name="work_of_student")]
