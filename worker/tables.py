"""Making Django's tables usable in a process that is no web server."""

from __future__ import annotations

import os

from grader.settings import Settings, read_settings


def prepare() -> Settings:
    """Set Django up with the service's settings and return these; import grader.web.models only afterwards."""
    import django
    settings = read_settings()
    os.environ["DJANGO_SETTINGS_MODULE"] = "grader.web.settings"
    django.setup()
    return settings
