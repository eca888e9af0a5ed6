"""Extensions of single assignments and standing accommodations: staff see them, instructors give and take them back."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from grader.errors import GraderError
from grader.web import access, accommodations, courses, policy, specs, times
from grader.web.models import Accommodation, Assignment, Extension, Membership, Role, User
from grader.web.views.gate import Request, members

AT = forms.DateTimeInput(attrs={"type": "datetime-local"})


class OfOne(forms.Form):
    """Whom something is given to."""

    student = forms.CharField(max_length=254, widget=forms.TextInput(attrs={"list": "students", "autocomplete": "off"}),
                              help_text="User name or mail address.")

    def __init__(self, viewer: Membership, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial, auto_id=f"{type(self).__name__.lower()}_%s")
        self.viewer = viewer

    def clean_student(self) -> User:
        """Find the student among the members of the course."""
        said = self.cleaned_data["student"].strip()
        found = self.viewer.course.memberships.filter(is_active=True).select_related("user")
        place = found.filter(user__username__iexact=said).first() or found.filter(user__email__iexact=said).first()
        if place is None:
            raise forms.ValidationError("Nobody in this course has this name or address.")
        return place.user


class GiveExtension(OfOne):
    """More time or attempts in one assignment."""

    assignment = forms.ModelChoiceField(Assignment.objects.none(), empty_label=None)
    due_at = forms.CharField(label="Due", required=False, widget=AT)
    late_until = forms.CharField(label="Late until", required=False, widget=AT)
    extra_attempts = forms.IntegerField(label="More attempts", min_value=0, max_value=1000, initial=0)
    reason = forms.CharField(max_length=500, required=False, help_text="For staff and the audit log.")

    def __init__(self, viewer: Membership, data: Any = None, initial: Any = None) -> None:
        super().__init__(viewer, data, initial)
        field = self.fields["assignment"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = viewer.course.assignments.select_related("course")

    def clean(self) -> dict[str, Any]:
        """Read the dates by the clock of the course."""
        said = super().clean() or {}
        for name in ("due_at", "late_until"):
            try:
                said[name] = times.read_time(said[name], ZoneInfo(self.viewer.course.time_zone)) if said.get(name) else None
            except GraderError as e:
                self.add_error(name, str(e))
        if not (said.get("due_at") or said.get("late_until") or said.get("extra_attempts")):
            self.add_error(None, "Say until when, or how many more attempts.")
        self._check_is_later(said)
        return said

    def _check_is_later(self, said: dict[str, Any]) -> None:
        """Refuse dates that would give nothing, which are slips of the pen."""
        assignment = said.get("assignment")
        if assignment is None or self.errors:
            return
        usual = policy.window(assignment, None)
        if said["due_at"] and usual.due_at and said["due_at"] <= usual.due_at:
            self.add_error("due_at", f"That is no later than everybody's, {usual.shown(usual.due_at)}.")
        if said["late_until"] and usual.late_until and said["late_until"] <= usual.late_until:
            self.add_error("late_until", f"That is no later than everybody's, {usual.shown(usual.late_until)}.")


class GiveAccommodation(OfOne):
    """More time or attempts in everything."""

    days = forms.IntegerField(label="Days more on every date", min_value=0, max_value=365, initial=0)
    attempts_percent = forms.IntegerField(label="More attempts, %", min_value=0, max_value=1000, initial=0,
                                          help_text="Rounded up, where attempts are limited.")
    is_cooldown_free = forms.BooleanField(label="No cool-down between submissions", required=False)
    reason = forms.CharField(max_length=500, required=False, help_text="For staff and the audit log.")

    def clean(self) -> dict[str, Any]:
        """Refuse one that gives nothing."""
        said = super().clean() or {}
        if not any(said.get(n) for n in accommodations.Given.__dataclass_fields__):
            self.add_error(None, "Say what the student has more of.")
        return said


@members
@require_safe
def extensions(request: Request, course: str) -> HttpResponse:
    """Show all that is given in a course."""
    member = access.member_as(request.user, course, *access.STAFF)
    start = {"student": request.GET.get("student", "")[:150], "assignment": member.course.assignments.filter(
        slug=request.GET.get("assignment", "").replace("\0", "")).first()}
    return _page(request, member, GiveExtension(member, initial=start), GiveAccommodation(member, initial=start))


@members
@require_POST
def give(request: Request, course: str) -> HttpResponse:
    """Give one student an extension."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    form = GiveExtension(member, request.POST)
    if not form.is_valid():
        return _page(request, member, form, GiveAccommodation(member))
    said = form.cleaned_data
    courses.extend(said["assignment"], said["student"], by=member.user, due_at=said["due_at"], late_until=said["late_until"],
                   extra_attempts=said["extra_attempts"], reason=said["reason"])
    messages.success(request, f"{said['student'].shown_name} has the extension.")
    return redirect("extensions", course)


@members
@require_POST
def accommodate(request: Request, course: str) -> HttpResponse:
    """Give one student a standing accommodation."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    form = GiveAccommodation(member, request.POST)
    if not form.is_valid():
        return _page(request, member, GiveExtension(member), form)
    said = form.cleaned_data
    given = accommodations.Given(said["days"], said["attempts_percent"], said["is_cooldown_free"])
    accommodations.give(member.course, said["student"], given, by=member.user, reason=said["reason"])
    messages.success(request, f"{said['student'].shown_name} has it from now on.")
    return redirect("extensions", course)


@members
@require_POST
def withdraw(request: Request, course: str, extension: int) -> HttpResponse:
    """Take an extension back."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    mine = Extension.objects.select_related("assignment__course", "user").filter(assignment__course=member.course)
    accommodations.withdraw_extension(get_object_or_404(mine, pk=extension), by=member.user)
    messages.success(request, "The extension is taken back.")
    return redirect("extensions", course)


@members
@require_POST
def end(request: Request, course: str, accommodation: int) -> HttpResponse:
    """Take a standing accommodation back."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    mine = Accommodation.objects.select_related("course", "user").filter(course=member.course)
    accommodations.withdraw(get_object_or_404(mine, pk=accommodation), by=member.user)
    messages.success(request, "The accommodation is taken back.")
    return redirect("extensions", course)


def _page(request: Request, member: Membership, form: GiveExtension, always: GiveAccommodation) -> HttpResponse:
    found = Extension.objects.filter(assignment__course=member.course).select_related("assignment", "user", "given_by")
    return render(request, "course/extensions.html", {
        "course": member.course, "member": member, "form": form, "always": always, "now": specs.now(),
        "extensions": list(found.order_by("user__username", "assignment__position")),
        "accommodations": list(Accommodation.objects.filter(course=member.course).select_related("user", "given_by").order_by(
            "user__username")),
        "students": list(member.course.memberships.filter(is_active=True, role=Role.STUDENT).select_related("user").order_by(
            "user__username"))}, status=422 if form.is_bound or always.is_bound else 200)
