"""The forms of groups."""

from __future__ import annotations

from django import forms

from grader.web.groups import LONGEST, REASON, Rules
from grader.web.models import GroupSet


class SetForm(forms.Form):
    """What a group set is called, and what students may do in it."""

    name = forms.CharField(max_length=LONGEST, help_text="As “project groups”; students read it.")
    size = forms.IntegerField(label="Members at most", min_value=2, max_value=1000, required=False, help_text=(
        "Of a group that students form; staff may put more into one. Empty: any number."))
    is_open = forms.BooleanField(label="Students form and join groups by themselves", required=False, help_text=(
        "Until somebody of the group has handed in, or the first assignment of the set is due."))

    @classmethod
    def of(cls, found: GroupSet) -> SetForm:
        """Make the form of a set that there is."""
        return cls(initial={"name": found.name, "size": found.size, "is_open": found.is_open})

    @property
    def rules(self) -> Rules:
        """What was said."""
        return Rules(self.cleaned_data["name"], self.cleaned_data["size"], self.cleaned_data["is_open"])


class PlaceForm(forms.Form):
    """Who is to be in which group."""

    student = forms.CharField(max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"}),
                              help_text="User name or mail address.")
    group = forms.CharField(max_length=LONGEST, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}), help_text=(
        "Its name; one that there is not yet is made. Empty: out of the group."))
    reason = forms.CharField(max_length=REASON, required=False, help_text="For staff and the audit log.")
