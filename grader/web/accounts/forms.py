"""The forms of the accounts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm, UserCreationForm
from django.core.validators import RegexValidator

from grader.web.models import Invitation, Role, User

WHAT_IS_ASKED = "At least 10 characters, unlike your name and address, and none that many people use."
PLAIN_NAME = RegexValidator(r"\A[\w.+-]+\Z", "Letters, digits and . + - _ only; an address is given below.")


class LogIn(AuthenticationForm):
    """User name or e-mail address, and password. What is wrong is not said, lest names can be tried."""

    error_messages = {"invalid_login": "No account has this name and password. Mind capitals in the password.",
                      "inactive": "No account has this name and password. Mind capitals in the password."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name or e-mail"


class SignUp(UserCreationForm):  # type: ignore[type-arg]  # generic in its types alone
    """A new account, made by following an invitation; an address that the invitation names can't be changed."""

    email = forms.EmailField(label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    class Meta:
        model = User
        fields = ("first_name", "last_name", "username", "email")

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_what_is_asked(self, "password1", "password2")
        self.fields["username"].label = "User name"
        self.fields["username"].widget.attrs.pop("autofocus", None)
        self.fields["first_name"].widget.attrs["autofocus"] = True
        self.fields["username"].validators.append(PLAIN_NAME)
        self.fields["username"].help_text = "What you log in with: letters, digits and . + - _"
        self.fields["first_name"].required = self.fields["last_name"].required = True
        for name, hint in (("first_name", "given-name"), ("last_name", "family-name")):
            self.fields[name].widget.attrs["autocomplete"] = hint
        if invitation.email:
            self.fields["email"].initial, self.fields["email"].disabled = invitation.email, True

    def clean_email(self) -> str:
        """Keep addresses in small letters, each once."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("There is an account with this address: log in with it instead.")
        return email


class NewPassword(SetPasswordForm):  # type: ignore[type-arg]  # generic in its types alone
    """A new password, for who forgot the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_what_is_asked(self, "new_password1", "new_password2")


class OtherPassword(PasswordChangeForm):
    """A new password in place of the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_what_is_asked(self, "new_password1", "new_password2")


def say_what_is_asked(form: forms.BaseForm, first: str, again: str) -> None:
    """Put our own words beside the two fields of a new password."""
    form.fields[first].help_text = WHAT_IS_ASKED
    form.fields[again].label, form.fields[again].help_text = "The password again", ""


class AskReset(forms.Form):
    """Where the link for a new password goes."""

    email = forms.EmailField(label="E-mail", max_length=254,
                             widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}))


class Invite(forms.Form):
    """Whom to invite, as what, how many of them and for how long."""

    role = forms.ChoiceField(choices=Role.choices, initial=Role.STUDENT)
    email = forms.EmailField(label="E-mail", required=False, max_length=254,
                             help_text="The link goes there by mail, and only the account with this address can use it. "
                                       "Leave it empty for a link that you give to many.")
    uses = forms.IntegerField(label="For how many people", min_value=1, max_value=2000, initial=1)
    days = forms.IntegerField(label="Valid for days", min_value=1, max_value=180, initial=14)

    def clean(self) -> dict[str, Any]:
        """Refuse a link for one address and many people."""
        found = super().clean() or {}
        if found.get("email") and found.get("uses", 1) > 1:
            self.add_error("uses", "An invitation to one address is for one person: say 1, or leave the address empty.")
        return found

    def expires_at(self, now: datetime) -> datetime:
        """Work out when the invitation ends."""
        return now + timedelta(days=self.cleaned_data["days"])
