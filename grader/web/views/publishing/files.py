"""The files of a draft: one in an editor, what would be wrong with it while it is written, adding, moving and deleting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from grader.errors import GraderError
from grader.web import differences, drafts, specs, statement
from grader.web.drafts import Stale
from grader.web.models import Draft, Membership, Role
from grader.web.views.gate import Request, members
from grader.web.views.publishing.drafts import draft_of

UPLOADS = 100  # files in one go


@members
@require_safe
def file(request: Request, course: str, slug: str, path: str) -> HttpResponse:
    """Show a file, to instructors in an editor."""
    member, found = draft_of(request, course, slug)
    row = found.files.filter(path=path).first()
    if row is None:
        raise Http404
    content = specs.objects().get(row.content)
    return _editor(request, member, found, path, {"seen": row.content, "content": content, "row": row})


@members
@require_POST
def save(request: Request, course: str, slug: str, path: str) -> HttpResponse:
    """Write a file; where somebody else has changed it since, nothing is saved and both texts are shown."""
    member, found = draft_of(request, course, slug, Role.INSTRUCTOR)
    text = _text(request)
    try:
        saved = drafts.save(found, path, text, seen=request.POST.get("seen", ""), by=request.user, now=specs.now())
    except Stale as e:
        theirs = e.now if e.now is not None else b""
        return _editor(request, member, found, path, {
            "seen": _hash(found, path), "content": text, "wrong": str(e), "theirs": theirs, "is_gone": e.now is None,
            "change": differences.compared(path, theirs.decode(errors="replace"), text.decode(errors="replace"))}, status=409)
    except GraderError as e:
        return _editor(request, member, found, path, {
            "seen": request.POST.get("seen", ""), "content": text, "wrong": str(e)}, status=422)
    messages.success(request, f"{path} is saved." if saved else f"{path} has not changed.")
    return redirect("draft_file", course, slug, path)


@members
@require_POST
def check(request: Request, course: str, slug: str, path: str) -> HttpResponse:
    """Say, while a file is written, all that would be wrong; a statement is shown as students would read it."""
    _, found = draft_of(request, course, slug, Role.INSTRUCTOR)
    text = _text(request)
    if len(text) > drafts.MAX_TEXT:
        raise Http404
    told: dict[str, Any] = {"path": path, "draft": found, "course": found.course, "preview": None}
    try:
        drafts.check_path(path)
    except GraderError as e:
        raise Http404 from e
    if path.endswith(".md"):
        told["preview"] = statement.rendered(text.decode(errors="replace"))
    return render(request, "publishing/findings.html", told | {"looked": drafts.look_with(found, path, text)})


@members
@require_POST
def add(request: Request, course: str, slug: str) -> HttpResponse:
    """Add an empty text file and open it."""
    _, found = draft_of(request, course, slug, Role.INSTRUCTOR)
    path = request.POST.get("path", "").strip()
    try:
        drafts.save(found, path, b"\n", seen="", by=request.user, now=specs.now())
    except Stale:
        messages.error(request, f"{path}: there is a file of this name already.")
    except GraderError as e:
        messages.error(request, str(e))
    else:
        return redirect("draft_file", course, slug, path)
    return redirect("draft", course, slug)


@members
@require_POST
def upload(request: Request, course: str, slug: str) -> HttpResponse:
    """Write uploaded files into the draft, or into a folder of it, over those of the same names."""
    _, found = draft_of(request, course, slug, Role.INSTRUCTOR)
    folder = request.POST.get("folder", "").strip().strip("/")
    uploaded = request.FILES.getlist("files")[:UPLOADS]
    files = {f"{folder}/{f.name}" if folder else str(f.name): f.read() for f in uploaded}
    if not files:
        messages.error(request, "Nothing is chosen yet: choose one or more files.")
        return redirect("draft", course, slug)
    try:
        changed = drafts.put(found, files, by=request.user, now=specs.now())
    except GraderError as e:
        messages.error(request, f"{e}. Nothing was uploaded.")
    else:
        messages.success(request, f"{changed} of {len(files)} file{'s' if len(files) != 1 else ''} changed.")
    return redirect("draft", course, slug)


@members
@require_POST
def move(request: Request, course: str, slug: str) -> HttpResponse:
    """Rename or delete a file or a folder."""
    _, found = draft_of(request, course, slug, Role.INSTRUCTOR)
    path, to = (request.POST.get(k, "").strip() for k in ("path", "to"))
    try:
        if request.POST.get("deed") == "delete":
            drafts.delete(found, path, by=request.user, now=specs.now())
            messages.success(request, f"{path} is deleted.")
        else:
            new = f"{to.rstrip('/')}/" if path.endswith("/") else to
            drafts.rename(found, path, new, by=request.user, now=specs.now())
            messages.success(request, f"{path} is now {new}.")
    except GraderError as e:
        messages.error(request, str(e))
    return redirect("draft", course, slug)


def _editor(request: Request, member: Membership, found: Draft, path: str, told: dict[str, Any],
            status: int = 200) -> HttpResponse:
    content: bytes = told.pop("content")
    is_text = drafts.is_text(path, content)
    may_edit = member.role == Role.INSTRUCTOR and is_text
    plain = {"wrong": "", "theirs": None, "is_gone": False, "change": None, "row": None}
    return render(request, "publishing/file.html", plain | told | {
        "course": member.course, "member": member, "now": specs.now(), "draft": found, "path": path, "may_edit": may_edit,
        "text": content.decode(errors="replace") if is_text else "", "is_text": is_text, "size": len(content),
        "preview": statement.rendered(content.decode()) if is_text and path.endswith(".md") else None,
        "looked": drafts.look_with(found, path, content) if status != 200 and is_text else drafts.look(found)}, status=status)


def _hash(found: Draft, path: str) -> str:
    row = found.files.filter(path=path).first()
    return row.content if row else ""


def _text(request: Request) -> bytes:
    """Read a text as it was before a browser sent it: with line ends of one kind."""
    return request.POST.get("text", "").replace("\r\n", "\n").encode()
