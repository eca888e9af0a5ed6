"""The audit log: who did what to what, when and why. Rows are never changed or removed; the database itself refuses."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from grader.errors import GraderError
from grader.web.models.course import Course


class Unchangeable(GraderError):
    """Somebody tried to change or remove what is written in the audit log."""

    def __init__(self) -> None:
        super().__init__("the audit log is append-only: write another entry instead")


class Entries(models.QuerySet["Entry"]):
    """Entries can be read and added."""

    def update(self, **_changes: Any) -> NoReturn:
        """Refuse."""
        raise Unchangeable

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise Unchangeable

    def delete(self) -> NoReturn:
        """Refuse."""
        raise Unchangeable


class Entry(models.Model):
    """One action. The actor's name is copied, so that the log outlives the account."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    actor_name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=10, blank=True)
    course = models.ForeignKey(Course, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    action = models.CharField(max_length=60)  # as in `login`, `attempt.cancel`, `extension.give`
    object = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(db_index=True)

    objects = Entries.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["course", "-at"], name="entries_of_course")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new entry; raises Unchangeable for one that is there."""
        if not self._state.adding:
            raise Unchangeable
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise Unchangeable
