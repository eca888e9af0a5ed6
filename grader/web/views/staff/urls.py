"""The addresses of what staff alone do with marks by hand and with attempts."""

from __future__ import annotations

from django.urls import URLPattern, path

from grader.web.views.staff import points, student

HAND = "courses/<slug:course>/by-hand/"
STUDENT = f"{HAND}<slug:slug>/<str:username>/"

urlpatterns: list[URLPattern] = [
    path(HAND, points.points, name="points"),
    path(f"{STUDENT}give", student.give, name="give"),
    path(f"{STUDENT}hold", student.hold, name="hold"),
    path(f"{STUDENT}<int:adjustment>/withdraw", student.withdraw, name="give_withdraw"),
]
