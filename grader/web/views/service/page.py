"""How the service is, at a glance: queues, workers and their boxes, what was broken, and what staff was told of."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grader.web import alerts, progress, specs, watching
from grader.web.views.gate import Request, members


@members
@require_safe
def health(request: Request) -> HttpResponse:
    """Show how the service is to its own staff; nobody else finds it."""
    if not request.user.is_staff:
        raise Http404
    found = watching.look(specs.now(), progress.connect(settings.GRADER.redis_url))
    part = "web/service_state.html" if request.headers.get("HX-Request") else "web/service.html"
    return render(request, part, {"found": found, "limit": settings.GRADER.alert_wait_s, "kinds": alerts.KINDS})
