"""A course's drafts: beginning one, its page with all files and all that is wrong, and throwing it away."""

from __future__ import annotations

from itertools import groupby

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from grader import catalog
from grader.errors import GraderError
from grader.web import access, drafts, proofs, specs, versions
from grader.web.drafts import Origin
from grader.web.models import Course, Draft, DraftFile, Membership, Proof, Role, SpecVersion
from grader.web.views.assignment import attachment
from grader.web.views.gate import Request, members

PROOFS = 10  # shown


@members
@require_safe
def index(request: Request, course: str) -> HttpResponse:
    """List a course's assignments with their versions, what is being written, and how to begin."""
    member = access.member_as(request.user, course, *access.STAFF)
    return render(request, "publishing/index.html", _index(member) | {"said": {}, "wrong": ""})


@members
@require_POST
def start(request: Request, course: str) -> HttpResponse:
    """Begin a draft from an assignment that is shipped, a version of the course's, or a zip."""
    member = access.member_as(request.user, course, Role.INSTRUCTOR)
    said = {k: request.POST.get(k, "").strip() for k in ("slug", "source")}
    try:
        origin, slug = _origin(request, member.course, said["source"])
        made = drafts.start(member.course, said["slug"] or slug, origin, by=request.user, now=specs.now())
    except GraderError as e:
        return render(request, "publishing/index.html", _index(member) | {"said": said, "wrong": str(e)}, status=422)
    except IntegrityError:  # another began it in the same moment
        return redirect("draft", course, said["slug"] or slug)
    if origin.left_out:
        messages.info(request, f"Left out, because systems and editors made it: {', '.join(origin.left_out[:10])}"
                               f"{' and more' if len(origin.left_out) > 10 else ''}.")
    return redirect("draft", course, made.slug)


@members
@require_safe
def draft(request: Request, course: str, slug: str) -> HttpResponse:
    """Show a draft: its files, what is wrong, its proofs, and what may be done next."""
    member, found = draft_of(request, course, slug)
    digest, files = drafts.digest(found), list(found.files.select_related("changed_by"))
    return render(request, "publishing/draft.html", {
        "course": member.course, "member": member, "now": specs.now(), "draft": found, "looked": drafts.look(found),
        "groups": _groups(files), "files": files, "size": sum(f.size for f in files),
        "proofs": list(proofs.of(member.course, slug)[:PROOFS]), "digest": digest,
        "holding": proofs.holding(member.course, slug, digest),
        "live": proofs.about(member.course, slug, digest).filter(state__in=proofs.LIVE).first(),
        "assignment": member.course.assignments.filter(slug=slug).select_related("version").first()})


@members
@require_safe
def download(request: Request, course: str, slug: str) -> HttpResponse:
    """Hand a draft out as a zip."""
    _, found = draft_of(request, course, slug)
    return attachment(drafts.content_of(found), f"{slug}.zip")


@members
@require_POST
def discard(request: Request, course: str, slug: str) -> HttpResponse:
    """Throw a draft away."""
    member, found = draft_of(request, course, slug, Role.INSTRUCTOR)
    drafts.discard(found, by=request.user)
    messages.success(request, f"The draft of {slug} is discarded.")
    return redirect("specs", member.course.slug)


def draft_of(request: Request, course: str, slug: str, *roles: str) -> tuple[Membership, Draft]:
    """Return a draft of a course of the viewer's, for its staff or for these roles; Http404 else."""
    member = access.member_as(request.user, course, *(roles or access.STAFF))
    found = Draft.objects.select_related("course", "base", "started_by").filter(course=member.course, slug=slug).first()
    if found is None:
        raise Http404
    return member, found


def _index(member: Membership) -> dict[str, object]:
    course = member.course
    assignments = list(course.assignments.select_related("version"))
    under_way = {d.slug: d for d in course.drafts.select_related("started_by")}
    live = Proof.objects.filter(course=course, state__in=proofs.LIVE).order_by("created_at")
    return {"course": course, "member": member, "now": specs.now(), "assignments": assignments, "drafts": under_way,
            "new": [d for slug, d in under_way.items() if slug not in {a.slug for a in assignments}], "live": list(live),
            "shipped": catalog.slugs(settings.GRADER.assignments), "known": _known(course)}


def _known(course: Course) -> list[SpecVersion]:
    """List the newest versions of the course's own assignments, to begin from."""
    slugs = course.assignments.values("slug")
    return list(versions.of_course(course).filter(slug__in=slugs).order_by("slug", "-number")[:200])


def _origin(request: Request, course: Course, source: str) -> tuple[Origin, str]:
    """Read what a draft is to be begun from, with the name that it has there."""
    file = request.FILES.get("file")
    if file is not None:
        name = file.name or "the zip"
        return drafts.uploaded(name, file.read()), name.removesuffix(".zip").lower()
    kind, _, name = source.partition(":")
    if kind == "shipped":
        return drafts.shipped(name), name
    slug, _, number = name.partition(":")
    found = versions.find(course, slug, int(number)) if number.isascii() and number.isdigit() and len(number) < 9 else None
    if kind != "version" or found is None:
        raise GraderError("Choose what to begin from: an assignment, a version, or a zip of a folder.")
    return drafts.version(found), found.slug


def _groups(files: list[DraftFile]) -> list[tuple[str, list[DraftFile]]]:
    """Sort files by their folders, those at the top first."""
    ordered = sorted(files, key=lambda f: f.path.rpartition("/")[::2])
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda f: f.path.rpartition("/")[0])]
