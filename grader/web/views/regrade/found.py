"""What the pages of regrades look up: the regrade that a member of staff may see, and what an address asks for."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404, QueryDict

from grader.web import access
from grader.web.models import Membership, Regrade, User
from grader.web.regrades.preview import LONGEST, WORDS, Asked
from grader.web.regrades.promotion import MODES, Pick


def regrade_of(user: User, course: str, pk: int) -> tuple[Membership, Regrade]:
    """Return a regrade of a course in which the user is staff; Http404 else."""
    member = access.member_as(user, course, *access.STAFF)
    found = Regrade.objects.select_related("assignment__course", "assignment__version", "version", "student", "by").filter(
        pk=pk, assignment__course=member.course).first()
    if found is None:
        raise Http404
    return member, found


def asked_in(said: Mapping[str, str]) -> Asked:
    """Read which attempts of a regrade an address asks for."""
    show, page = said.get("show", ""), said.get("page", "")
    return Asked(show if show in WORDS else "", said.get("check", "").strip()[:80].replace("\0", ""),
                 said.get("search", "").strip()[:LONGEST].replace("\0", ""), number_in(page) or 1)


def pick_in(said: QueryDict) -> Pick:
    """Read which new gradings are picked."""
    mode = said.get("mode", "")
    ticked = frozenset(n for n in map(number_in, said.getlist("item")) if n)
    return Pick(mode if mode in MODES else "ticked", ticked, asked_in(said))


def number_in(said: str) -> int:
    """Read a number of at most nine digits; 0 where there is none."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
