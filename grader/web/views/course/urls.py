"""The addresses of the pages on which staff run a course; they stand before those of assignments."""

from __future__ import annotations

from django.urls import path

from grader.web.personal import views as personal
from grader.web.views.course import announcements, dates, extensions, people, records, roster, settings

COURSE = "courses/<slug:course>/"

urlpatterns = [
    path("new-course/", settings.new, name="course_new"),
    path("audit/", records.of_all, name="audit_log"),
    path("people/", personal.everybody, name="everybody"),
    path("people/<str:username>/", personal.one, name="erase_person"),
    path("people/<str:username>/zip", personal.whole_copy, name="whole_copy"),
    path("audit/csv", records.file_of_all, name="audit_log_csv"),
    path(f"{COURSE}records/", records.of_course, name="records"),
    path(f"{COURSE}records/csv", records.file_of_course, name="records_csv"),
    path(f"{COURSE}settings/", settings.change, name="course_settings"),
    path(f"{COURSE}announcements/", announcements.announcements, name="announcements"),
    path(f"{COURSE}announcements/<int:announcement>/withdraw", announcements.withdraw, name="announcement_withdraw"),
    path(f"{COURSE}dates/", dates.dates, name="dates"),
    path(f"{COURSE}extensions/", extensions.extensions, name="extensions"),
    path(f"{COURSE}extensions/give", extensions.give, name="extension_give"),
    path(f"{COURSE}extensions/accommodate", extensions.accommodate, name="accommodate"),
    path(f"{COURSE}extensions/<int:extension>/withdraw", extensions.withdraw, name="extension_withdraw"),
    path(f"{COURSE}extensions/always/<int:accommodation>/end", extensions.end, name="accommodation_end"),
    path(f"{COURSE}people/", people.people, name="people"),
    path(f"{COURSE}people/csv", roster.download, name="people_csv"),
    path(f"{COURSE}people/roster/", roster.upload, name="roster"),
    path(f"{COURSE}people/invite", people.invite, name="people_invite"),
    path(f"{COURSE}people/invitations/<int:invitation>/again", people.invite_again, name="invite_again"),
    path(f"{COURSE}people/<str:username>/", people.person, name="person"),
    path(f"{COURSE}people/<str:username>/zip", personal.course_copy, name="person_copy"),
]
