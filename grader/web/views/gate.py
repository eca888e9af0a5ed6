"""Who gets to a page at all: people who are logged in. What of the page is theirs is said in grader/web/access.py."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from grader.web.models import User

P = ParamSpec("P")
LOST = "You had been logged out, so nothing of what you sent was kept. Log in, and send it again."


class Request(HttpRequest):
    """A request of somebody who is logged in."""

    user: User


def members(view: Callable[Concatenate[Request, P], HttpResponseBase]) -> Callable[
        Concatenate[Request, P], HttpResponseBase]:
    """Let only people in who are logged in; others come back after the login, and know what became of what they sent."""
    def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            messages.error(request, LOST)
        way = redirect_to_login(_page_of(request))
        return HttpResponseClientRedirect(way.url) if request.headers.get("HX-Request") else way
    functools.update_wrapper(guarded, view)
    return never_cache(guarded)


def _page_of(request: HttpRequest) -> str:
    """Find the page to come back to: the one asked for, or the one that a form was sent from."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.get_full_path()
    origin = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
    return urlsplit(origin).path if origin and is_ours else reverse("home")
