"""Groups that hand in together, and for whom each of their submissions counts, once and for all."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from grader.web.models.course import Course
from grader.web.models.submission import Submission


class GroupSet(models.Model):
    """One way in which a course's students are put into groups; any number of its assignments may go by it."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="group_sets")
    name = models.CharField(max_length=60)
    size = models.PositiveIntegerField(null=True, blank=True)  # of a group that students form; empty: no limit
    is_open = models.BooleanField(default=False)  # whether students form and join groups by themselves

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="one_group_set")]

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """One group of a set; its members pass the code on to whom they want among them."""

    group_set = models.ForeignKey(GroupSet, models.CASCADE, related_name="groups")
    name = models.CharField(max_length=60)
    code = models.CharField(max_length=12, unique=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["group_set", "name"], name="one_group")]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """One person in one group; nobody is in two groups of a set."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="members")
    group_set = models.ForeignKey(GroupSet, models.CASCADE, related_name="+")  # that of the group
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="group_places")

    class Meta:
        ordering = ["user__username"]
        constraints = [models.UniqueConstraint(fields=["group_set", "user"], name="one_group_of_user")]


class Partner(models.Model):
    """Somebody a submission counts for beside who handed it in, as the group was at that moment. Rows are never changed."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="partners")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="shared")

    class Meta:
        ordering = ["user__username"]
        constraints = [models.UniqueConstraint(fields=["submission", "user"], name="one_partner")]
