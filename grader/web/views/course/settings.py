"""Making a course, for the staff of the whole service, and changing what it is called and counts by, for its instructors."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grader.errors import GraderError
from grader.web import access, courses
from grader.web.accounts import backend
from grader.web.models import Role
from grader.web.views.course.forms import Basics, NewCourse
from grader.web.views.gate import Request, members


@members
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    """Make a course; only the staff of the whole service do."""
    user = access.site_staff(request.user)
    form = NewCourse(request.POST or None, initial={"instructor": user.username})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        instructor = backend.find(said["instructor"])
        if instructor is None:
            form.add_error("instructor", "There is no account of this name or address. Whoever has none can be invited into the "
                                         "course as a second instructor.")
        else:
            made = courses.create(said["slug"], said["title"], instructor, time_zone=said["time_zone"],
                                  late_days=said["late_days"], by=user)
            messages.success(request, f"The course {made.title} is made; {instructor.shown_name} is its instructor.")
            is_mine = instructor == user
            return redirect("people", made.slug) if is_mine else redirect("home")
    return render(request, "course/new.html", {"form": form}, status=422 if form.errors else 200)


@members
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, course: str) -> HttpResponse:
    """Change a course's title, time zone and late days."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    found = member.course
    now = {name: getattr(found, name) for name in Basics.base_fields}
    form = Basics(request.POST if request.method == "POST" else None, initial=now)
    if form.is_valid():
        try:
            courses.change(found, form.cleaned_data, by=member.user)
        except GraderError as e:
            form.add_error(None, str(e))
        else:
            messages.success(request, "The settings are kept." if form.has_changed() else "Nothing was changed.")
            return redirect("course_settings", course)
    return render(request, "course/settings.html", {"form": form, "course": found, "member": member},
                  status=422 if form.errors else 200)
