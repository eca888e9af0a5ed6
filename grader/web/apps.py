"""The Django application of the service."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Courses, submissions, attempts, and all that is shown of them."""

    name = "grader.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
