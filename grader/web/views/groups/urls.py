"""Addresses below a course: the word `groups`."""

from __future__ import annotations

from django.urls import path

from grader.web.views.groups import one_set, own, sets

GROUPS = "courses/<slug:course>/groups/"

urlpatterns = [
    path(GROUPS, sets.sets, name="groups"),
    path(f"{GROUPS}choose", sets.choose, name="groups_choose"),
    path(f"{GROUPS}<int:group_set>/", one_set.one_set, name="group_set"),
    path(f"{GROUPS}<int:group_set>/change", one_set.change, name="group_set_change"),
    path(f"{GROUPS}<int:group_set>/place", one_set.place, name="group_place"),
    path(f"{GROUPS}<int:group_set>/csv", one_set.download, name="groups_csv"),
    path(f"{GROUPS}<int:group_set>/file/", one_set.upload, name="groups_file"),
    path(f"{GROUPS}<int:group_set>/own", own.deed, name="group_own"),
]
