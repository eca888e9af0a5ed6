"""The pages on which people log in and out, see their sessions, and change or forget their password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as django_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from grader.web import access, audit, sessions, specs, tokens
from grader.web.accounts import backend, limits, mail
from grader.web.accounts.forms import AskReset, LogIn, NewPassword, OtherPassword
from grader.web.models import Entry, Membership, User


class LogInPage(django_views.LoginView):
    """Open a session, under a key that nobody knew before."""

    template_name = "accounts/login.html"
    authentication_form = LogIn
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check name and password, if not too often."""
        name = request.POST.get("username", "")
        user = backend.find(name)
        failed = Entry.objects.filter(action="login.failed", object=_about(user)) if user else None
        refused = (limits.refusal(request, limits.LOGIN_FROM, limits.address_of(request))
                   or limits.refusal(request, limits.LOGIN, f"user {user.pk}" if user else f"name {name}", failed))
        return refused or super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Log in."""
        answer = super().form_valid(form)
        sessions.describe(self.request, specs.now())
        user = form.get_user()
        audit.record(user, "login", about=_about(user), after=_from(self.request))
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Write a failure down for whose account it was; a name that nobody has may be a password, so it isn't kept."""
        if (user := backend.find(form.data.get("username", ""))) is not None:
            audit.record(None, "login.failed", about=_about(user), after=_from(self.request))
        return super().form_invalid(form)


class LogOutPage(django_views.LogoutView):
    """End a session; by POST alone, so that no picture's address can do it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Log out."""
        if isinstance(request.user, User):
            audit.record(request.user, "logout", about=_about(request.user))
        return super().post(request, *args, **kwargs)


@login_required
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Show somebody's own account: courses, and where it is logged in."""
    user = access.user_of(request)
    places = Membership.objects.filter(user=user, is_active=True).select_related("course").order_by("course__title")
    return render(request, "accounts/account.html", {
        "places": places, "sessions": sessions.open_sessions(user), "here": request.session.session_key, "named": sessions.named,
        "paces": User.Pace.choices})


@login_required
@require_POST
def log_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of the account but this one."""
    user = access.user_of(request)
    with transaction.atomic():
        ended = sessions.end(user, but=request.session.session_key)
        audit.record(user, "session.end", about=_about(user), after={"ended": ended})
    messages.success(request, f"Logged out in {ended} other place{'' if ended == 1 else 's'}.")
    return redirect("account")


@login_required
@require_POST
def choose_pace(request: HttpRequest) -> HttpResponse:
    """Choose how often news come by mail."""
    user, pace = access.user_of(request), request.POST.get("pace", "")
    if pace in User.Pace.values:
        User.objects.filter(pk=user.pk).update(mail_pace=pace)
        messages.success(request, "Your choice is kept.")
    return redirect("account")


class ChangePassword(django_views.PasswordChangeView):
    """Change the password, which ends all other sessions."""

    template_name = "accounts/password.html"
    form_class = OtherPassword
    success_url = reverse_lazy("account")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the old password, if not too often, and set the new one."""
        refused = limits.refusal(request, limits.PASSWORD, f"user {access.user_of(request).pk}")
        return refused or super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it."""
        user = access.user_of(self.request)
        with transaction.atomic():
            answer = super().form_valid(form)
            sessions.end(user, but=self.request.session.session_key)
            audit.record(user, "password.change", about=_about(user))
        messages.success(self.request, "The password is changed, and you are logged out everywhere else.")
        return answer


class AskResetPage(FormView):  # type: ignore[type-arg]  # generic in its types alone
    """Send a link for a new password; the answer is the same whether there is an account or not."""

    template_name = "accounts/reset.html"
    form_class = AskReset
    success_url = reverse_lazy("password_reset_sent")

    def form_valid(self, form: AskReset) -> HttpResponse:
        """Send the mail if there is an account, and if not too often."""
        email = form.cleaned_data["email"].lower()
        refused = (limits.refusal(self.request, limits.RESET_FROM, limits.address_of(self.request))
                   or limits.refusal(self.request, limits.RESET, email))
        if refused:
            return refused
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is not None:
            where = mail.link("password_reset_confirm", urlsafe_base64_encode(force_bytes(user.pk)),
                              default_token_generator.make_token(user))
            audit.record(None, "password.ask", about=_about(user), after=_from(self.request))
            mail.send_later(mail.reset(user, where))
        return super().form_valid(form)


def reset_sent(request: HttpRequest) -> HttpResponse:
    """Say that a mail is under way, if there is an account."""
    return render(request, "accounts/reset_sent.html")


class ResetPassword(django_views.PasswordResetConfirmView):
    """Set a new password by the link that was mailed, once; it ends all sessions and tokens, whoever had them."""

    template_name = "accounts/reset_confirm.html"
    form_class = NewPassword
    success_url = reverse_lazy("login")

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it."""
        with transaction.atomic():
            answer = super().form_valid(form)
            sessions.end(form.user)
            for token in tokens.working(form.user, specs.now()):
                tokens.revoke(token, form.user, specs.now())
            audit.record(form.user, "password.reset", about=_about(form.user), after=_from(self.request))
        messages.success(self.request, "The new password is set: log in with it.")
        return answer


def _about(user: User) -> str:
    return f"user {user.username}"


def _from(request: HttpRequest) -> dict[str, str]:
    return {"from": limits.address_of(request)}
