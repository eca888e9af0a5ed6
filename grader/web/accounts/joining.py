"""The pages on which instructors invite and people join a course."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from grader.web import access, audit, sessions, specs
from grader.web.accounts import invitations, limits, mail
from grader.web.accounts.forms import Invite, SignUp
from grader.web.models import Invitation, Membership, Role, User

BACKEND = "grader.web.accounts.backend.NameOrMail"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, course: str) -> HttpResponse:
    """List a course's open invitations and make one; its link is shown this once."""
    member = access.member_as(access.user_of(request), course, Role.INSTRUCTOR)
    form = Invite(request.POST if request.method == "POST" else None)
    link = ""
    if form.is_bound and form.is_valid():
        if refused := limits.refusal(request, limits.INVITE, f"user {member.user_id}"):
            return refused
        link = _made(request, member, form)
        form = Invite()
    rows = Invitation.objects.filter(course=member.course, uses_left__gt=0, expires_at__gt=specs.now())
    return render(request, "accounts/invite.html", {
        "course": member.course, "form": form, "link": link, "rows": rows.select_related("created_by").order_by("-created_at")})


def _made(request: HttpRequest, member: Membership, form: Invite) -> str:
    asked = form.cleaned_data
    made, secret = invitations.make(member.course, member.user, form.expires_at(specs.now()), role=asked["role"],
                                    email=asked["email"], uses=asked["uses"])
    link = mail.link("join", secret)
    if made.email:
        if mail.send(mail.invitation(made, link)):
            messages.success(request, f"The invitation went to {made.email}.")
        else:
            messages.error(request, f"The mail to {made.email} could not be sent: pass the link on yourself.")
    return link


@login_required
@require_POST
def withdraw(request: HttpRequest, course: str, invitation: int) -> HttpResponse:
    """Let an invitation let nobody in any more."""
    member = access.member_as(access.user_of(request), course, Role.INSTRUCTOR)
    invitations.withdraw(get_object_or_404(Invitation, course=member.course, pk=invitation), member.user)
    messages.success(request, "The invitation is withdrawn.")
    return redirect("invitations", course)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Show what an invitation is for; on POST join, with a new account where nobody is logged in."""
    if refused := limits.refusal(request, limits.JOIN_FROM, limits.address_of(request)):
        return refused
    try:
        invitation = invitations.find(secret, specs.now())
        if isinstance(request.user, User):
            return _join(request, invitation, request.user)
        return _sign_up(request, invitation)
    except invitations.Unusable as e:
        return render(request, "accounts/unusable.html", {"why": str(e)}, status=410)


def _join(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    invitations.check(invitation, user)
    if request.method != "POST":
        is_new = invitations.is_new_to(invitation, user)
        return render(request, "accounts/join.html", {"invitation": invitation, "is_new": is_new})
    invitations.join(invitation, user, specs.now())
    return _welcome(request, invitation)


def _sign_up(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = SignUp(request.POST if request.method == "POST" else None, invitation=invitation)
    if not form.is_bound or not form.is_valid():
        return render(request, "accounts/sign_up.html", {"invitation": invitation, "form": form})
    now = specs.now()
    with transaction.atomic():
        user = form.save()
        audit.record(user, "user.create", about=f"user {user.username}", after={"from": limits.address_of(request)})
        invitations.join(invitation, user, now)
    login(request, user, BACKEND)
    sessions.describe(request, now)
    return _welcome(request, invitation)


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    messages.success(request, f"Welcome to {invitation.course.title}.")
    return redirect("home")
