"""The addresses of the pages on which staff run a course; they stand before those of assignments."""

from __future__ import annotations

from django.urls import path

from grader.web.views.course import people, roster, settings

COURSE = "courses/<slug:course>/"

urlpatterns = [
    path("new-course/", settings.new, name="course_new"),
    path(f"{COURSE}settings/", settings.change, name="course_settings"),
    path(f"{COURSE}people/", people.people, name="people"),
    path(f"{COURSE}people/csv", roster.download, name="people_csv"),
    path(f"{COURSE}people/roster/", roster.upload, name="roster"),
    path(f"{COURSE}people/invite", people.invite, name="people_invite"),
    path(f"{COURSE}people/invitations/<int:invitation>/again", people.invite_again, name="invite_again"),
    path(f"{COURSE}people/<str:username>/", people.person, name="person"),
]
