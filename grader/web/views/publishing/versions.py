"""Versions of an assignment: the list, one of them with who published it and why, what is between two, and setting another."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from grader.web import access, proofs, specs
from grader.web import versions as known
from grader.web.models import Attempt, Membership, Publication, Role, SpecVersion
from grader.web.views.assignment import attachment
from grader.web.views.gate import Request, members

PAGE = 50


@members
@require_safe
def versions(request: Request, course: str, slug: str) -> HttpResponse:
    """List an assignment's versions with who published them, when and why, and what was graded by each."""
    member = access.member_as(request.user, course, *access.STAFF)
    found = known.listed(member.course, slug)
    if not found:
        raise Http404
    return render(request, "publishing/versions.html", {
        "course": member.course, "member": member, "now": specs.now(), "slug": slug, "found": found,
        "assignment": member.course.assignments.filter(slug=slug).select_related("version").first(),
        "draft": member.course.drafts.filter(slug=slug).first()})


@members
@require_safe
def version(request: Request, course: str, slug: str, version: int) -> HttpResponse:
    """Show one version: its publication and proof, its files, and the attempts that were graded by it."""
    member, found = _version(request, course, slug, version)
    publication = Publication.objects.select_related("by", "proof").filter(version=found, course=member.course).first()
    attempts = Attempt.objects.select_related("submission__user").filter(
        version=found, submission__assignment__course=member.course).order_by("-created_at", "-pk")
    others = list(known.of_course(member.course).filter(slug=slug).exclude(pk=found.pk).order_by("-number"))
    return render(request, "publishing/version.html", {
        "course": member.course, "member": member, "now": specs.now(), "version": found, "publication": publication,
        "page": Paginator(attempts, PAGE).get_page(request.GET.get("page")), "others": others,
        "before": next((o for o in others if o.number < found.number), None),
        "report": proofs.report_of(publication.proof) if publication and publication.proof else None,
        "assignment": member.course.assignments.filter(slug=slug).select_related("version").first(),
        "files": sorted((path, len(content)) for path, content in specs.files_of(found).items())})


@members
@require_safe
def download(request: Request, course: str, slug: str, version: int) -> HttpResponse:
    """Hand a version out as a zip."""
    _, found = _version(request, course, slug, version)
    return attachment(specs.objects().get(found.content), f"{slug}-{found.number}.zip")


@members
@require_safe
def compare(request: Request, course: str, slug: str) -> HttpResponse:
    """Show what changed from the version `before` to the version `after`, file by file."""
    member, before = _version(request, course, slug, _number(request, "before"))
    _, after = _version(request, course, slug, _number(request, "after"))
    changes = known.changes(before, specs.files_of(after))
    others = list(known.of_course(member.course).filter(slug=slug).order_by("-number"))
    return render(request, "publishing/compare.html", {
        "course": member.course, "member": member, "now": specs.now(), "slug": slug, "before": before, "after": after,
        "others": others, "changes": changes, "totals": known.totals(changes)})


@members
@require_POST
def use(request: Request, course: str, slug: str, version: int) -> HttpResponse:
    """Set another version of an assignment in its course: what is handed in from now on is graded by it."""
    member, found = _version(request, course, slug, version, Role.INSTRUCTOR)
    assignment, reason = member.course.assignments.filter(slug=slug).first(), request.POST.get("reason", "").strip()
    if assignment is None:
        raise Http404
    if reason and len(reason) <= known.REASON:
        known.use(assignment, found, by=request.user, reason=reason)
        messages.success(request, f"Version {found.number} grades what is handed in from now on.")
    else:
        messages.error(request, f"Say why, in at most {known.REASON} characters: the reason stands in the audit log.")
    return redirect("version", course, slug, version)


def _version(request: Request, course: str, slug: str, number: int, *roles: str) -> tuple[Membership, SpecVersion]:
    member = access.member_as(request.user, course, *(roles or access.STAFF))
    found = known.find(member.course, slug, number)
    if found is None:
        raise Http404
    return member, found


def _number(request: Request, name: str) -> int:
    said = request.GET.get(name, "")
    if not (said.isascii() and said.isdigit() and len(said) < 9):
        raise Http404
    return int(said)
