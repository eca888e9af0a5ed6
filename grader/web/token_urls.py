"""The addresses under tokens/."""

from __future__ import annotations

from django.urls import path

from grader.web import token_views

urlpatterns = [
    path("", token_views.listed, name="tokens"),
    path("<int:pk>/revoke/", token_views.revoke, name="token_revoke"),
]
