"""The addresses of regrades, below a course's own; the word is reserved, so that no assignment has it for a name."""

from __future__ import annotations

from django.urls import URLPattern, path

from grader.web.views.regrade import deeds, pages, promoting

ONE = "<int:regrade>/"

urlpatterns: list[URLPattern] = [
    path("", pages.listed, name="regrades"),
    path("new", pages.new, name="regrade_new"),
    path("notices/<int:notice>/seen", deeds.seen, name="notice_seen"),
    path(ONE, pages.one, name="regrade"),
    path(f"{ONE}progress", pages.progress, name="regrade_progress"),
    path(f"{ONE}csv", pages.table, name="regrade_csv"),
    path(f"{ONE}cancel", deeds.cancel, name="regrade_cancel"),
    path(f"{ONE}again", deeds.again, name="regrade_again"),
    path(f"{ONE}answer", deeds.answer, name="regrade_answer"),
    path(f"{ONE}promote", promoting.promote, name="regrade_promote"),
    path(f"{ONE}promotions/<int:promotion>/revert", promoting.revert, name="regrade_revert"),
]
