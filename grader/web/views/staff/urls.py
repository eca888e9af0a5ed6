"""The addresses of what staff alone do with marks by hand and with attempts."""

from __future__ import annotations

from django.urls import URLPattern, path

from grader.web.views.staff import attempt, points, rubric, source, student

HAND = "courses/<slug:course>/by-hand/"
ATTEMPT = "attempts/<int:pk>/"
RUBRIC = "courses/<slug:course>/rubric/"
STUDENT = f"{HAND}<slug:slug>/<str:username>/"

urlpatterns: list[URLPattern] = [
    path(HAND, points.points, name="points"),
    path(f"{STUDENT}give", student.give, name="give"),
    path(f"{STUDENT}hold", student.hold, name="hold"),
    path(f"{STUDENT}<int:adjustment>/withdraw", student.withdraw, name="give_withdraw"),
    path(RUBRIC, rubric.rubrics_of, name="rubrics"),
    path(f"{RUBRIC}<slug:slug>/", rubric.rubric, name="rubric"),
    path(f"{RUBRIC}<slug:slug>/copy", rubric.copy, name="rubric_copy"),
    path(f"{RUBRIC}<slug:slug>/<int:item>/", rubric.item, name="rubric_item"),
    path(f"{ATTEMPT}tick", rubric.tick, name="tick"),
    path(f"{ATTEMPT}source", source.source, name="source"),
    path(f"{ATTEMPT}comments/<int:comment>", source.comment, name="comment"),
    path(f"{ATTEMPT}evidence", attempt.evidence, name="evidence"),
    path(f"{ATTEMPT}evidence/array", attempt.array, name="evidence_array"),
    path(f"{ATTEMPT}replay", attempt.replay, name="replay"),
    path(f"{ATTEMPT}count", attempt.count, name="replay_count"),
    path(f"{ATTEMPT}mend", attempt.mend, name="mend"),
    path(f"{ATTEMPT}beside", attempt.beside, name="beside"),
]
