"""Whose attempts staff may grade by hand."""

from __future__ import annotations

from django.http import Http404

from grader.web import access, teams
from grader.web.models import Attempt, Membership
from grader.web.views.gate import Request


def graded_by(request: Request, pk: int) -> tuple[Membership, Attempt]:
    """Find an attempt that the viewer may grade, which is never one that counts for them; Http404 else."""
    member, found = access.attempt(request.user, pk)
    if not member.is_staff or teams.is_own(found.submission, member.user):
        raise Http404
    return member, found
