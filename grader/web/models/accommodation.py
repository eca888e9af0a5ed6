"""What one student always has in a course, as for a disability or a job, beside the extensions of single assignments."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.course import Course


class Accommodation(models.Model):
    """More time and attempts in everything a course sets."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="accommodations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="accommodations")
    days = models.PositiveIntegerField(default=0)  # later, every due date and every last moment
    attempts_percent = models.PositiveIntegerField(default=0)  # more attempts, where they are limited, rounded up
    is_cooldown_free = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="one_accommodation")]
