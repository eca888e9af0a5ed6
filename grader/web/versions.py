"""Versions of a course's assignments: which there are, who published them and why, what is between two, and publishing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from grader import archive
from grader.errors import GraderError
from grader.web import audit, courses, differences, drafts, own_code, proofs, specs
from grader.web.differences import FileChange
from grader.web.models import Assignment, Attempt, Course, Draft, Proof, Publication, SpecVersion, User

REASON = 500
SHOWN = 2 * 1024 * 1024  # bytes of a file that are compared; larger ones are only named


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody says who publishes."""

    reason: str = ""
    is_override: bool = False
    rules: courses.Rules | None = None  # of an assignment that is new in the course


@dataclass(frozen=True, slots=True)
class Listed:
    """A version as a course's list of them says it."""

    version: SpecVersion
    publication: Publication | None
    attempts: int
    students: int
    last_at: datetime | None


def of_course(course: Course) -> QuerySet[SpecVersion]:
    """List the versions that a course may know of: its own, those it uses, and those that no course has made."""
    mine = Publication.objects.filter(version=OuterRef("pk"), course=course)
    made = Publication.objects.filter(version=OuterRef("pk"), has_made=True)
    used = Assignment.objects.filter(version=OuterRef("pk"), course=course)
    tried = Attempt.objects.filter(version=OuterRef("pk"), submission__assignment__course=course)
    return SpecVersion.objects.filter(Exists(mine) | ~Exists(made) | Exists(used) | Exists(tried))


def listed(course: Course, slug: str) -> list[Listed]:
    """List an assignment's versions, the newest first, with what was graded by each in this course."""
    here = Q(attempts__submission__assignment__course=course)
    rows = of_course(course).filter(slug=slug).select_related("created_by").annotate(
        tried=Count("attempts", filter=here), people=Count("attempts__submission__user", filter=here, distinct=True),
        last=Max("attempts__created_at", filter=here)).order_by("-number")
    published = {p.version_id: p for p in Publication.objects.filter(course=course, version__slug=slug).select_related(
        "by", "proof")}
    return [Listed(v, published.get(v.pk), v.tried, v.people, v.last) for v in rows]


def find(course: Course, slug: str, number: int) -> SpecVersion | None:
    """Return a version that a course may know of."""
    return of_course(course).select_related("created_by").filter(slug=slug, number=number).first()


def changes(before: SpecVersion | None, after: dict[str, bytes]) -> list[FileChange]:
    """Compare a version, or nothing, with a folder's files, file by file; those without a change are left out."""
    old = specs.files_of(before) if before else {}
    names = sorted(old.keys() | after.keys(), key=lambda name: ("/" in name, name))
    pairs = [(n, old.get(n), after.get(n)) for n in names if old.get(n) != after.get(n)]
    return [differences.compared(n, _text(a), _text(b)) for n, a, b in pairs]


def publish(draft: Draft, wish: Wish, *, by: User, now: datetime) -> Assignment:
    """Make a draft a version and set it in its course; raises GraderError where it can't be, and then nothing is done.

    It must have proven itself as exactly what it is, unless somebody takes it on themselves and says why.
    """
    files = drafts.files_of(draft)
    own_code.check(files)
    course, name = draft.course, specs.objects().put(archive.packed(files))
    proof = proofs.holding(course, draft.slug, name)
    set_before = course.assignments.filter(slug=draft.slug).first()
    _check(wish, proof, is_new=set_before is None)
    with drafts.laid_out(files, draft.slug) as folder, transaction.atomic():
        if not Draft.objects.filter(pk=draft.pk).update(changed_at=now) or drafts.digest(draft) != name:
            raise GraderError("The draft was changed meanwhile; look at it again before you publish it.")
        is_there = SpecVersion.objects.filter(slug=draft.slug, content=name).exists()
        version = specs.publish(folder, by)
        told = {"by": by, "at": now, "reason": wish.reason, "is_override": proof is None,
                "proof": proof or proofs.about(course, draft.slug, name).first()}
        Publication.objects.update_or_create(version=version, course=course, defaults=told,
                                             create_defaults={**told, "has_made": not is_there})
        audit.record(by, "spec.override" if proof is None else "spec.publish", course=course,
                     about=f"{version.slug}, version {version.number}", reason=wish.reason,
                     after={"content": name, "proof": proof.pk if proof else None, "is_override": proof is None})
        Draft.objects.filter(pk=draft.pk).delete()
        if set_before is None:
            return courses.assign(course, version, wish.rules or courses.Rules(), by=by)
        return use(set_before, version, by=by, reason=wish.reason)


def use(assignment: Assignment, version: SpecVersion, *, by: User, reason: str) -> Assignment:
    """Let what is handed in from now on be graded by a version; attempts that are graded keep theirs."""
    if version.slug != assignment.slug:
        raise GraderError(f"{version.slug}: this version belongs to another assignment")
    with transaction.atomic():
        before = Assignment.objects.select_for_update().select_related("version").get(pk=assignment.pk)
        Assignment.objects.filter(pk=assignment.pk).update(version=version, title=version.title)
        audit.record(by, "assignment.version", course=assignment.course, about=assignment.slug, before=before.version.number,
                     after=version.number, reason=reason)
    assignment.refresh_from_db()
    return assignment


def _check(wish: Wish, proof: Proof | None, *, is_new: bool) -> None:
    if len(wish.reason) > REASON:
        raise GraderError(f"The reason has at most {REASON} characters.")
    if proof is None and not wish.is_override:
        raise GraderError("No proof of exactly this content holds. Prove it first; or tick that it is to be published all the "
                          "same, and say why.")
    if not wish.reason and (proof is None or not is_new):
        raise GraderError("Say why: the reason stands on the version's page and in the audit log.")


def _text(content: bytes | None) -> str:
    if content is None:
        return ""
    if len(content) > SHOWN or b"\0" in content:
        return f"({len(content)} bytes that are no text)"
    return content.decode(errors="replace")


def totals(found: Sequence[FileChange]) -> tuple[int, int]:
    """Count the lines added and removed."""
    return sum(f.added for f in found), sum(f.removed for f in found)
