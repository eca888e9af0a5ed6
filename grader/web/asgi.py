"""The ASGI application that uvicorn serves."""

from __future__ import annotations

import gc
import os

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIHandler
from django.urls import get_resolver

from grader.web.body_limit import limited
from grader.web.health import watched


def _ready() -> ASGIHandler:
    """Load all that is needed, and let no collection of garbage walk through it again: large pages would take twice as long."""
    made = get_asgi_application()
    get_resolver().url_patterns  # noqa: B018 - which imports the views
    gc.collect()
    gc.freeze()
    return made


os.environ["DJANGO_SETTINGS_MODULE"] = "grader.web.settings"
application = watched(limited(_ready(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
