"""The page on which people make and revoke the tokens of their programs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from grader.web import access, specs, tokens
from grader.web.accounts import limits
from grader.web.models import Membership, Token, User
from grader.web.views.gate import Request, members

DAYS = {7: "a week", 30: "a month", 90: "three months", 180: "six months", tokens.MAX_DAYS: "a year"}


class NewToken(forms.Form):
    """What a token is for, what it may do, and how long."""

    name = forms.CharField(max_length=80, label="What is it for?")
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="What may it do?", initial=["read", "submit"])
    days = forms.TypedChoiceField(coerce=int, choices=list(DAYS.items()), initial=90, label="How long does it work?")

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        staff = Membership.objects.filter(user=user, is_active=True, role__in=access.STAFF).exists()
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(s, told) for s, told in tokens.SCOPES.items() if staff or s not in tokens.FOR_STAFF]


@members
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: Request) -> HttpResponse:
    """List one's tokens; a POST makes one and shows its secret, this once."""
    user, now = request.user, specs.now()
    form = NewToken(user, request.POST if request.method == "POST" else None)
    secret, status = None, 200
    if request.method == "POST":
        status = 422
        if limits.wait_s(limits.TOKENS, f"user {user.pk}", now) is not None:
            form.add_error(None, "That is many tokens in one hour; wait a while.")
            status = 429
        elif form.is_valid():
            secret = _made(form, user)
            form, status = (NewToken(user), 200) if secret else (form, 422)
    found = Token.objects.filter(user=user).order_by("-created_at", "-pk")
    return render(request, "tokens/list.html", {
        "form": form, "secret": secret, "site": settings.GRADER.address,
        "docs": reverse("api:openapi-view"), "now": now,
        "working": [t for t in found if t.revoked_at is None and t.expires_at > now],
        "past": [t for t in found if t.revoked_at is not None or t.expires_at <= now][:20]}, status=status)


@members
@require_POST
def revoke(request: Request, pk: int) -> HttpResponse:
    """Revoke one of one's tokens."""
    user = request.user
    token = Token.objects.filter(user=user, pk=pk).first()
    if token is None:
        raise Http404
    tokens.revoke(token, user, specs.now())
    messages.success(request, f"The token {token.name} is revoked. What was handed in with it stands.")
    return redirect("tokens")


def _made(form: NewToken, user: User) -> str | None:
    told = form.cleaned_data
    try:
        return tokens.make(user, told["name"], told["scopes"], told["days"], specs.now())[1]
    except tokens.TokenRefused as e:
        form.add_error(None, str(e))
        return None
