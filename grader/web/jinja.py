"""The templates' environment: Jinja2, everything escaped, unknown names are errors, with the report's own filters."""

from __future__ import annotations

import functools
from typing import Any

import jinja2
from django.templatetags.static import static
from django.urls import reverse

from grader import html, shown
from grader.web import moments


def environment(**options: Any) -> jinja2.Environment:
    """Make the environment Django renders pages in."""
    options |= {"trim_blocks": True, "lstrip_blocks": True, "undefined": jinja2.StrictUndefined}
    found = jinja2.Environment(**{**options, "autoescape": True})  # noqa: S701 - it is set, and stays so
    found.globals |= {"static": static, "url": _url}
    found.filters |= {"local": moments.local, "away": moments.away, "lasting": moments.lasting, "soon": moments.soon}
    found.filters |= {"line": shown.line, "points": shown.points, "percent": "{:.0%}".format, "coded": html.coded,
                      "shown_text": functools.partial(shown.head, lines=html.ALL_LINES)}
    return found


@functools.lru_cache(maxsize=50_000)  # a gradebook has a thousand, and looking one up takes longer than its cell
def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args, kwargs=kwargs)
