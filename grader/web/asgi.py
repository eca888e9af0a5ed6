"""The ASGI application that uvicorn serves."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

from grader.web.body_limit import limited

os.environ["DJANGO_SETTINGS_MODULE"] = "grader.web.settings"
application = limited(get_asgi_application(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
