"""Proofs: asking for one, watching it example by example, its report, and cancelling it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from grader.errors import GraderError
from grader.web import access, proofs, specs
from grader.web.models import Membership, Proof, Role
from grader.web.views.gate import Request, members
from grader.web.views.publishing.drafts import draft_of


@members
@require_POST
def prove(request: Request, course: str, slug: str) -> HttpResponse:
    """Queue the proof of a draft as it is now."""
    _, found = draft_of(request, course, slug, Role.INSTRUCTOR)
    try:
        asked = proofs.ask(found, by=request.user, now=specs.now(), has_mutants="mutants" in request.POST,
                           is_anew="anew" in request.POST)
    except GraderError as e:
        messages.error(request, str(e))
        return redirect("draft", course, slug)
    return redirect("proof", course, asked.pk)


@members
@require_safe
def proof(request: Request, course: str, proof: int) -> HttpResponse:
    """Show a proof: how far it is, or all that it found."""
    member, found = _proof(request, course, proof)
    return render(request, "publishing/proof.html", _shown(member, found))


@members
@require_safe
def live(request: Request, course: str, proof: int) -> HttpResponse:
    """Show the part of a proof's page that changes."""
    member, found = _proof(request, course, proof)
    return render(request, "publishing/proof_body.html", _shown(member, found))


@members
@require_POST
def cancel(request: Request, course: str, proof: int) -> HttpResponse:
    """End a proof that waits or runs."""
    _, found = _proof(request, course, proof, Role.INSTRUCTOR)
    if not proofs.cancel(found, by=request.user, now=specs.now()):
        messages.info(request, "It was over already.")
    return redirect("proof", course, proof)


def _proof(request: Request, course: str, pk: int, *roles: str) -> tuple[Membership, Proof]:
    member = access.member_as(request.user, course, *(roles or access.STAFF))
    found = Proof.objects.select_related("asked_by", "draft").filter(course=member.course, pk=pk).first()
    if found is None:
        raise Http404
    return member, found


def _shown(member: Membership, found: Proof) -> dict[str, Any]:
    is_live = found.state in proofs.LIVE
    return {"course": member.course, "member": member, "now": specs.now(), "proof": found, "is_live": is_live,
            "report": None if is_live else proofs.report_of(found),
            "before": Proof.objects.filter(state=Proof.State.QUEUED, queue=found.queue, created_at__lt=found.created_at).count()
            if found.state == Proof.State.QUEUED else 0}
