"""Every address of the service."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from grader.web.api import api
from grader.web.views import adjustment, assignment, attempt, check, compare, courses, errors, events, gradebook

COURSE = "courses/<slug:course>/"
ATTEMPT = "attempts/<int:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", courses.home, name="home"),
    path("accounts/", include("grader.web.accounts.urls")),
    path("api/", api.urls),
    path("tokens/", include("grader.web.token_urls")),
    path("service/", include("grader.web.views.service.urls")),
    path("", include("grader.web.views.course.urls")),
    path(COURSE, courses.course, name="course"),
    path(f"{COURSE}gradebook/", gradebook.book, name="gradebook"),
    path(f"{COURSE}gradebook/csv", gradebook.table, name="gradebook_csv"),
    path(f"{COURSE}gradebook/<str:username>/", gradebook.student, name="student"),
    path("", include("grader.web.views.staff.urls")),
    path(f"{COURSE}regrades/", include("grader.web.views.regrade.urls")),
    path("", include("grader.web.views.insight.urls")),
    path("", include("grader.web.views.groups.urls")),
    path(COURSE, include("grader.web.views.publishing.urls")),
    path(f"{COURSE}<slug:slug>/", assignment.assignment, name="assignment"),
    path(f"{COURSE}<slug:slug>/starter", assignment.starter, name="starter"),
    path(f"{COURSE}<slug:slug>/compare", compare.compare, name="compare"),
    path(f"{COURSE}<slug:slug>/release", adjustment.release, name="release"),
    path(ATTEMPT, attempt.attempt, name="attempt"),
    path(f"{ATTEMPT}events", events.events, name="events"),
    path(f"{ATTEMPT}result", attempt.result, name="result"),
    path(f"{ATTEMPT}cancel", attempt.cancel, name="cancel"),
    path(f"{ATTEMPT}file", attempt.download, name="file"),
    path(f"{ATTEMPT}adjust", adjustment.adjust, name="adjust"),
    path(f"{ATTEMPT}adjustments/<int:adjustment>/withdraw", adjustment.withdraw, name="adjustment_withdraw"),
    path(f"{ATTEMPT}checks/<slug:name>/", check.check, name="check"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken
