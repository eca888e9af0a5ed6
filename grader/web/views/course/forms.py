"""The forms with which courses are made and their people changed."""

from __future__ import annotations

import functools
import zoneinfo
from typing import Any

from django import forms
from django.core.validators import validate_email

from grader.web.models import Course, Membership, Role

MOST = 200  # addresses at once; more come as a file


@functools.cache
def zones() -> list[tuple[str, str]]:
    """List the time zones to choose from."""
    return [(z, z) for z in ("UTC", *sorted(zoneinfo.available_timezones() - {"UTC", "localtime"}))]


class Basics(forms.Form):
    """What a course is called and counts by."""

    title = forms.CharField(max_length=200)
    time_zone = forms.ChoiceField(label="Time zone", initial="UTC", help_text=(
        "All dates of the course are shown and read by its clocks. Changing it moves no date that is set: it is the same moment, "
        "by other clocks."))
    late_days = forms.IntegerField(label="Free late days", min_value=0, max_value=365, initial=0, help_text=(
        "Of each student over the whole course. They spend themselves, where they gain points; all grades are counted anew."))
    evidence_days = forms.IntegerField(label="Days for which evidence is kept", min_value=1, max_value=36500, required=False,
                                       help_text=(
        "After an attempt is graded. Empty: for ever. Then the raw numbers that its program left go for good: reports, scores "
        "and submissions stay, but another grading must run the program again. What an open request or regrade needs waits."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = zones()


class NewCourse(Basics):
    """A course that there is not yet."""

    slug = forms.SlugField(label="Short name", max_length=60, help_text="Stands in its addresses, as dl-2026, and stays.")
    instructor = forms.CharField(max_length=254, help_text="User name or mail address of its first instructor.")
    field_order = ["title", "slug", "instructor", "time_zone", "late_days"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["evidence_days"]  # set later, on the settings page

    def clean_slug(self) -> str:
        """Refuse a name that is taken."""
        slug = str(self.cleaned_data["slug"]).lower()
        if Course.objects.filter(slug=slug).exists():
            raise forms.ValidationError("A course of this short name exists already.")
        return slug


class Place(forms.Form):
    """What a person is in a course."""

    role = forms.ChoiceField(choices=Role.choices)
    section = forms.CharField(max_length=60, required=False, help_text="As “Monday, 10 am”; may be empty.")
    is_active = forms.BooleanField(label="Is in the course", required=False, help_text=(
        "Whoever is not sees nothing of it any more. What they handed in stays, and so do their grades."))
    reason = forms.CharField(max_length=500, required=False, help_text="For the audit log.")

    @classmethod
    def of(cls, member: Membership) -> Place:
        """Make the form as a place is now."""
        return cls(initial={"role": member.role, "section": member.section, "is_active": member.is_active})


class Addresses(forms.Form):
    """Whom to invite by mail."""

    emails = forms.CharField(label="Mail addresses", max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
                             help_text=f"One a line, or with commas; at most {MOST}. Longer lists come as a roster file.")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.STUDENT)
    section = forms.CharField(max_length=60, required=False)

    def clean_emails(self) -> list[str]:
        """Read the addresses; every wrong one is named."""
        said = dict.fromkeys(e.casefold() for e in self.cleaned_data["emails"].replace(",", " ").replace(";", " ").split())
        wrong = [e for e in said if not _is_address(e)]
        if wrong:
            raise forms.ValidationError(f"No mail address: {', '.join(wrong)[:500]}")
        if len(said) > MOST:
            raise forms.ValidationError(f"These are {len(said)} addresses; send them as a roster file.")
        return list(said)


def _is_address(said: str) -> bool:
    try:
        validate_email(said)
    except forms.ValidationError:
        return False
    return True
