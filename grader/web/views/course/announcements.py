"""What staff tell a course: everybody reads what is for them, staff write and withdraw."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from grader.web import access, news, specs
from grader.web.models import Announcement, Membership
from grader.web.views.course.people import sections
from grader.web.views.gate import Request, members

PAGE = 20


class Announce(forms.Form):
    """What to tell, and whom."""

    title = forms.CharField(max_length=120)
    text = forms.CharField(max_length=news.LONGEST, widget=forms.Textarea(attrs={"rows": 6}), help_text="Plain text.")
    section = forms.ChoiceField(label="For", required=False)

    def __init__(self, member: Membership, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or nothing
        field = self.fields["section"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", "everybody"), *((s, s) for s in sections(member))]


@members
@require_http_methods(["GET", "HEAD", "POST"])
def announcements(request: Request, course: str) -> HttpResponse:
    """Show what was announced; staff announce by a POST."""
    member = access.membership(request.user, course)
    if request.method == "POST":
        member = access.member_as(request.user, course, *access.STAFF)
    form = Announce(member, request.POST if request.method == "POST" else None) if member.is_staff else None
    if form is not None and form.is_bound and form.is_valid():
        said = form.cleaned_data
        news.announce(member, said["title"], said["text"], said["section"], specs.now())
        messages.success(request, "It stands on the course's page. It is mailed in some minutes; until then you can withdraw it.")
        return redirect("announcements", course)
    page = Paginator(news.shown(member), PAGE).get_page(request.GET.get("page"))
    return render(request, "course/announcements.html", {
        "course": member.course, "member": member, "form": form, "page": page, "now": specs.now()},
        status=422 if form is not None and form.errors else 200)


@members
@require_POST
def withdraw(request: Request, course: str, announcement: int) -> HttpResponse:
    """Show an announcement to nobody any more."""
    member = access.member_as(request.user, course, *access.STAFF)
    news.withdraw(get_object_or_404(Announcement, course=member.course, pk=announcement), member, specs.now())
    messages.success(request, "It is withdrawn. Whoever has the mail already keeps it.")
    return redirect("announcements", course)
