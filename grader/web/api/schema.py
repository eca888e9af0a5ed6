"""How the API describes itself: OpenAPI with every code that each call may be refused with, and a page that shows it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.operation import Operation

from grader.web.api.problems import CODES, MEDIA, ProblemDetails
from grader.web.api.shapes import Handed

EXTRA = "x-codes"
SIGNED_IN = ("not_signed_in", "token_unknown", "token_expired", "token_revoked", "scope", "rate_limited")
ALWAYS = ("bad_request", "internal", "busy")
CHANGES = ("post", "put", "patch", "delete")


def also(*codes: str, gives: str = "") -> dict[str, Any]:
    """Say which codes of its own a call may be refused with, and what it gives where that is not JSON."""
    unknown = set(codes) - set(CODES)
    if unknown:
        raise ValueError(f"no such code: {', '.join(sorted(unknown))}")
    content = {"content": {gives: {"schema": {"type": "string", "format": "binary"}}}}
    return {EXTRA: list(codes)} | ({"responses": {200: {"description": "OK", **content}}} if gives else {})


def submission_body() -> dict[str, Any]:
    """Describe the two forms in which a submission may come."""
    file = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "content": {
        "multipart/form-data": {"schema": file}, "application/json": {"schema": Handed.model_json_schema()}}}}


class Api(NinjaAPI):
    """The API with its refusals in the schema."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Name a call by its function; the names differ."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None) -> Any:
        """Describe every call, and every code it may be refused with."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        found = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
        schema["components"]["schemas"] |= found.pop("$defs") | {"ProblemDetails": found}
        for path, calls in schema["paths"].items():
            for method, call in calls.items():
                call["responses"] = {str(k): v for k, v in call["responses"].items()} | _refusals(
                    _codes(path, method, call))
        return schema


def _codes(path: str, method: str, call: dict[str, Any]) -> set[str]:
    """Work out what a call may be refused with."""
    codes = {*ALWAYS, *call.pop(EXTRA, ())}
    if call.get("security"):
        codes |= {*SIGNED_IN, *(("csrf",) if method in CHANGES else ())}
    if "{" in path:
        codes.add("not_found")
    if call["parameters"] or "requestBody" in call:
        codes.add("invalid")
    if "requestBody" in call:
        codes.add("too_large")
    return codes


def _refusals(codes: Iterable[str]) -> dict[str, Any]:
    of: dict[int, list[str]] = defaultdict(list)
    for code in sorted(codes):
        of[CODES[code][0]].append(code)
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    return {str(status): {"description": "\n".join(f"* `{c}`: {CODES[c][1]}" for c in found), "content": content}
            for status, found in sorted(of.items())}


class Page(Swagger):
    """The page that shows the API; its scripts and styles come from here, and none stands in the page."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Answer with the page."""
        told = {"layout": "BaseLayout", "deepLinking": True, "validatorUrl": None, "url": self.get_openapi_url(api, kwargs)}
        return render(request, "api/docs.html", {"settings": json.dumps(told).replace("<", "\\u003c"), "title": api.title})
