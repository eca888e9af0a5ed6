"""Assignment folders while they are written: a draft is a folder of files, each an object of the store."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.course import Course, SpecVersion


class Draft(models.Model):
    """The next version of an assignment of a course, or the first one; one at a time, and all of the staff write in it."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="drafts")
    slug = models.SlugField(max_length=80)
    base = models.ForeignKey(SpecVersion, models.SET_NULL, null=True, related_name="+")  # what it was begun from
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["course", "slug"], name="one_draft")]


class DraftFile(models.Model):
    """One file of a draft. A save names the content that it takes the place of, so that no editor's work is lost."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="files")
    path = models.CharField(max_length=200)
    content = models.CharField(max_length=64)  # the object
    size = models.PositiveIntegerField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["draft", "path"], name="one_file")]
