"""What a regrade would change: totals, and a row for each attempt with the student's grade as it is and as it would be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from grader.table import cell
from grader.web import grades, teams
from grader.web.grade_files import number
from grader.web.models import Assignment, Attempt, Membership, Partner, Regrade, RegradeItem, State, User

ItemState, Outcome = RegradeItem.State, RegradeItem.Outcome
PAGE = 50  # attempts
LONGEST = 100  # characters of what is searched for
WORDS = {"up": "up", "down": "down", "unchanged": "unchanged", "near": "near the line", "again": "must be run again",
         "broken": "broken", "promoted": "promoted"}
HEAD = ("user", "name", "section", "submission", "old attempt", "new attempt", "outcome", "old score", "old points", "new score",
        "new points", "grade before", "grade after", "near the line", "changes", "because", "promoted")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which attempts of a regrade somebody wants to see."""

    show: str = ""  # of WORDS
    check: str = ""  # whose verdict changed
    search: str = ""
    page: int = 1

    def address(self, **changes: object) -> str:
        """Write as the query of an address, some of it changed."""
        said = {"show": self.show, "check": self.check, "search": self.search, "page": self.page, **changes}
        return "?" + urlencode({k: v for k, v in said.items() if v and (k, v) != ("page", 1)})


@dataclass(frozen=True, slots=True)
class Totals:
    """How many attempts of a regrade there are of each kind; `by` has those of WORDS."""

    asked: int  # all that were chosen, those included that turned out not to be of the kind
    left_out: int
    done: int
    waiting: int
    running: int
    cancelled: int
    by: dict[str, int]

    @property
    def over(self) -> int:
        """Those of which nothing is left to do."""
        return self.asked - self.waiting - self.running

    @property
    def listed(self) -> int:
        """Those that the table lists."""
        return self.done + self.by["again"] + self.by["broken"]


class Mate(NamedTuple):
    """A student, and their grade in the assignment as it is and as it would be if all of a regrade counted."""

    member: Membership
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One attempt of a regrade; `before` and `after` are the student's grade in the assignment."""

    item: RegradeItem
    member: Membership | None  # None: no student of the course any more
    before: float | None
    after: float | None
    is_overtaken: bool
    mates: tuple[Mate, ...] = ()  # of a group, beside the one above

    @property
    def is_promoted(self) -> bool:
        """Whether the new grading was made to count."""
        return is_promoted(self.item)

    @property
    def can_count(self) -> bool:
        """Whether the new grading can be made to count."""
        return self.item.state == ItemState.DONE and not self.is_promoted and not self.is_overtaken and self.member is not None


def totals(regrade: Regrade) -> Totals:
    """Count, in one query."""
    def those(**what: object) -> Count:
        return Count("pk", filter=Q(**what))
    found = regrade.items.order_by().aggregate(
        asked=Count("pk"), left_out=those(state=ItemState.LEFT_OUT), done=those(state=ItemState.DONE),
        waiting=those(state=ItemState.WAITING), running=those(state=ItemState.RUNNING),
        cancelled=those(state=ItemState.CANCELLED), up=those(outcome=Outcome.UP), down=those(outcome=Outcome.DOWN),
        unchanged=those(outcome=Outcome.UNCHANGED), near=those(is_near=True, state=ItemState.DONE),
        again=those(state=ItemState.AGAIN), broken=those(state=ItemState.BROKEN),
        promoted=Count("pk", filter=Q(promotion__isnull=False, promotion__reverted_at=None)))
    return Totals(by={word: found.pop(word) for word in WORDS}, **found)


def changed_checks(regrade: Regrade) -> list[tuple[str, Counter[str]]]:
    """List the checks whose verdict changed, with how often it became what, the most frequent first."""
    count: dict[str, Counter[str]] = {}
    for changes in regrade.items.exclude(changed="").order_by().values_list("changes", flat=True):
        for c in changes:
            count.setdefault(c["check"], Counter())[c["after"]] += 1
    return sorted(count.items(), key=lambda c: (-c[1].total(), c[0]))


def reasons(regrade: Regrade) -> list[tuple[str, int]]:
    """List why attempts must be run again, the most frequent reason first."""
    found = regrade.items.filter(state=ItemState.AGAIN).order_by().values_list("because").annotate(Count("pk"))
    return sorted(((str(why), int(n)) for why, n in found), key=lambda r: (-r[1], r[0]))


def those(regrade: Regrade, asked: Asked) -> QuerySet[RegradeItem]:
    """Select the attempts that somebody wants to see, by student."""
    found = regrade.items.filter(state__in=(ItemState.DONE, ItemState.AGAIN, ItemState.BROKEN)).select_related(
        "old__submission__user", "old__submission__assignment", "promotion").defer(
        "old__manifest", "old__report", "promotion__attempts")
    if asked.show in Outcome.values:
        found = found.filter(outcome=asked.show)
    elif asked.show:
        found = found.filter({"near": Q(is_near=True), "again": Q(state=ItemState.AGAIN), "broken": Q(state=ItemState.BROKEN),
                              "promoted": Q(promotion__isnull=False, promotion__reverted_at=None)}[asked.show])
    if asked.check:
        found = found.filter(changed__contains=f" {asked.check} ")
    for word in asked.search.split():
        people = User.objects.filter(Q(username__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word)
                                     | Q(email__icontains=word)).order_by().values("pk")
        found = found.filter(Q(old__submission__user__in=people) | Q(old__submission__in=Partner.objects.filter(
            user__in=people, submission__assignment=regrade.assignment_id).order_by().values("submission")))
    return found


def rows(regrade: Regrade, items: Sequence[RegradeItem]) -> list[Row]:
    """Make the rows of some attempts; the queries are as many for one as for thousands."""
    course, slug = regrade.assignment.course, regrade.assignment.slug
    owners = teams.owners_of([i.old.submission for i in items])
    users = set[int]().union(*owners.values())
    members = list(grades.students(course).filter(user__in=users))
    ours, overtaken = assignments(regrade), overtaken_of(items)
    before = {s.member.user_id: s for s in grades.of(course, members, ours)}
    after = {s.member.user_id: s for s in grades.of(course, members, ours, also=new_of(regrade, users))}
    there = {user: Mate(s.member, s.grades[slug].score, after[user].grades[slug].score) for user, s in before.items()}
    found = []
    for item in items:
        sender = item.old.submission.user_id
        those = [there[u] for u in sorted(owners[item.old.submission_id], key=lambda u: (u != sender, u)) if u in there]
        member, now, then = those[0] if those else (None, None, None)
        found.append(Row(item, member, now, then, item.pk in overtaken, tuple(those[1:])))
    return found


def new_of(regrade: Regrade, users: Collection[int]) -> set[int]:
    """Look up the new attempts of some students' work that do not count yet."""
    found = regrade.items.filter(teams.own(users, "old__submission__"), state=ItemState.DONE, new__counts=False).order_by()
    return {pk for pk in found.values_list("new", flat=True) if pk is not None}


def assignments(regrade: Regrade) -> list[Assignment]:
    """List the assignments whose grades can change: where late days are spent over the course, all of them."""
    course = regrade.assignment.course
    return list(course.assignments.select_related("course")) if course.late_days else [regrade.assignment]


def overtaken_of(items: Sequence[RegradeItem]) -> set[int]:
    """Name the items whose submission has another grading that counts by now than the one they were compared with."""
    submissions = {i.old.submission_id for i in items}
    found = Attempt.objects.filter(submission__in=submissions, counts=True, state=State.DONE, score__isnull=False)
    newest = dict(found.exclude(status="broken").order_by("number").values_list("submission", "pk"))
    return {i.pk for i in items if not is_promoted(i) and newest.get(i.old.submission_id) != i.old_id}


def origin(attempt: Attempt) -> RegradeItem | None:
    """Look up the regrade that an attempt comes from, and what made it count; None for one that comes from none."""
    if attempt.number == 1:
        return None
    return RegradeItem.objects.filter(new=attempt).select_related("regrade__version", "promotion__by").first()


def is_promoted(item: RegradeItem) -> bool:
    """Whether an item's new grading was made to count, and that was not taken back."""
    return item.promotion is not None and item.promotion.reverted_at is None


def lines(regrade: Regrade, asked: Asked) -> list[list[str]]:
    """Make a table for spreadsheets: a header, and a line for each attempt."""
    return [list(HEAD), *(_line(row) for row in rows(regrade, list(those(regrade, asked))))]


def _line(row: Row) -> list[str]:
    item, user = row.item, row.item.old.submission.user
    changes = "; ".join(f"{c['check']} {c['before']} → {c['after']} ({c['because']})" for c in item.changes)
    return [*map(cell, (user.username, user.shown_name, row.member.section if row.member else "")),
            str(item.old.submission.number), str(item.old_id), str(item.new_id or ""), item.outcome or item.get_state_display(),
            *(number(n) for n in (item.old_score, item.old_points, item.new_score, item.new_points, row.before, row.after)),
            cell(" ".join(item.near)), cell(changes), cell(item.because), "yes" if row.is_promoted else "no"]


