"""Its addresses."""

from __future__ import annotations

from django.urls import path

from grader.web.views.service import page

urlpatterns = [path("", page.health, name="service")]
