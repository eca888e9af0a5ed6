"""Addresses below a course: the words `work` and `statistics`."""

from __future__ import annotations

from django.urls import path

from grader.web.views.insight import pair, statistics, work

COURSE = "courses/<slug:course>/"

urlpatterns = [
    path(f"{COURSE}work/", work.work, name="work"),
    path(f"{COURSE}work/split", work.split, name="work_split"),
    path(f"{COURSE}work/items/<int:entry>", work.item, name="work_item"),
    path(f"{COURSE}work/attempts/<int:pk>/", work.of_attempt, name="work_of_attempt"),
    path(f"{COURSE}work/pairs/<int:pair>/", pair.pair, name="pair"),
    path(f"{COURSE}statistics/", statistics.course, name="statistics"),
    path(f"{COURSE}statistics/<slug:slug>/", statistics.assignment, name="assignment_statistics"),
]
