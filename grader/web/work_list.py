"""The list of work as one member of staff sees it: the own share first, then what is nobody's, then the others'."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from grader.web import gradebook, work_split
from grader.web.models import Assignment, Membership, User, WorkItem, WorkRules

PAGE = 25
STATES = {"open": "open", "mine": "mine, open", "done": "done", "gone": "no longer of interest"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the list somebody wants to see; what there is not is as if not asked for."""

    kind: str = ""
    assignment: str = ""
    section: str = ""
    state: str = "open"
    page: int = 1

    def address(self, **changes: object) -> str:
        """Write as the query of an address, some of it changed."""
        said = {"kind": self.kind, "assignment": self.assignment, "section": self.section, "state": self.state, "page": self.page,
                **changes}
        usual = {"state": "open", "page": 1}
        return "?" + urlencode({k: v for k, v in said.items() if v and v != usual.get(k)})


@dataclass(frozen=True, slots=True)
class Page:
    """What one page of the list shows."""

    items: list[WorkItem]
    count: int  # on all pages
    page: int
    pages: int
    counts: dict[str, int]  # by kind, of what the other filters leave
    mine: int  # open ones of the viewer
    team: list[User]
    sections: list[str]
    assignments: list[Assignment]
    rules: WorkRules


def read(member: Membership, said: dict[str, str]) -> tuple[Asked, Page]:
    """Read what is asked for and one page of it; as many queries for ten items as for thousands."""
    course = member.course
    sections, assignments = gradebook.sections(course), list(course.assignments.all())
    asked = _asked(said, sections, [a.slug for a in assignments])
    every = _sought(member, asked)
    counts = dict(every.order_by().values_list("kind").annotate(Count("pk")))
    found = every.filter(kind=asked.kind) if asked.kind else every
    count = counts.get(asked.kind, 0) if asked.kind else sum(counts.values())
    pages = max(1, -(-count // PAGE))
    page = min(asked.page, pages)
    items = list(_ordered(found, member, asked)[(page - 1) * PAGE:page * PAGE])
    mine = WorkItem.objects.filter(course=course, state=WorkItem.State.OPEN, taken_by=member.user).count()
    rules = WorkRules.objects.filter(course=course).first() or WorkRules(course=course)
    return asked, Page(items, count, page, pages, counts, mine, [m.user for m in work_split.team(course)], sections, assignments,
                       rules)


def item(member: Membership, pk: int) -> WorkItem | None:
    """Find an item of the viewer's course."""
    return WorkItem.objects.filter(course=member.course, pk=pk).select_related("taken_by").first()


def of_attempt(member: Membership, attempt: int) -> list[WorkItem]:
    """List the items about an attempt."""
    found = WorkItem.objects.filter(course=member.course, attempt=attempt).exclude(state=WorkItem.State.GONE)
    return list(found.select_related("taken_by", "done_by").order_by("pk"))


def next_of(member: Membership, attempt: int) -> WorkItem | None:
    """Find the next open item that isn't about this attempt: an own one, or else one that is nobody's."""
    found = WorkItem.objects.filter(Q(taken_by=member.user) | Q(taken_by=None), course=member.course,
                                    state=WorkItem.State.OPEN).exclude(attempt=attempt)
    return _ordered(found, member, Asked()).first()


def _asked(said: dict[str, str], sections: list[str], slugs: list[str]) -> Asked:
    def of(name: str, allowed: object, usual: str = "") -> str:
        value = said.get(name, "").strip()
        return value if value in allowed else usual  # type: ignore[operator]
    page = said.get("page", "")
    is_number = page.isascii() and page.isdigit() and 0 < len(page) < 7 and int(page) > 0
    return Asked(of("kind", WorkItem.Kind.values), of("assignment", slugs), of("section", sections),
                 of("state", STATES, "open"), int(page) if is_number else 1)


def _sought(member: Membership, asked: Asked) -> QuerySet[WorkItem]:
    found = WorkItem.objects.filter(course=member.course, state="open" if asked.state == "mine" else asked.state)
    if asked.state == "mine":
        found = found.filter(taken_by=member.user)
    if asked.assignment:
        found = found.filter(assignment__slug=asked.assignment)
    if asked.section:
        found = found.filter(student__in=member.course.memberships.filter(section=asked.section).values("user"))
    return found


def _ordered(found: QuerySet[WorkItem], member: Membership, asked: Asked) -> QuerySet[WorkItem]:
    found = found.select_related("assignment", "student", "attempt__submission", "taken_by", "done_by")
    if asked.state in ("done", "gone"):
        return found.order_by("-done_at", "-pk")
    whose = Case(When(taken_by=member.user_id, then=Value(0)), When(taken_by=None, then=Value(1)), default=Value(2),
                 output_field=IntegerField())
    return found.order_by(whose, "created_at", "pk")
