"""What people are told by mail: news of their grades, and what staff announce to a course."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.course import Assignment, Course
from grader.web.models.letter import Letter


class Announcement(models.Model):
    """Something that staff tell a course, or one section of it. It is never changed; what is withdrawn is shown to nobody."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="announcements")
    section = models.CharField(max_length=60, blank=True)  # empty: everybody
    title = models.CharField(max_length=120)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]


class News(models.Model):
    """One thing to tell one person, alone or in a digest with others; grader/web/news.py says how."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="news")
    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    assignment = models.ForeignKey(Assignment, models.CASCADE, null=True, related_name="+")  # whose grade it is about
    announcement = models.ForeignKey(Announcement, models.CASCADE, null=True, related_name="news")
    is_release = models.BooleanField(default=False)
    key = models.CharField(max_length=120, unique=True)  # names what happened, so that it is told once
    at = models.DateTimeField()
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="news")  # that tells it
    is_over = models.BooleanField(default=False)  # told, or not to be told any more

    class Meta:
        indexes = [models.Index(fields=["is_over", "at"], name="news_to_tell")]
