"""What the API takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from grader.report import Report
from grader.strict import Model
from grader.web.regrade_requests import LONGEST
from grader.web.tokens import MAX_DAYS, SCOPES

Scope = Literal["read", "submit", "grades", "mark", "regrade", "manage"]
StateName = Literal["queued", "running", "done", "cancelled", "broken"]


class CourseShape(Model):
    """A course, as one of its members sees it."""

    course: str = Field(description="its short name, used in addresses")
    title: str
    role: Literal["student", "ta", "instructor"] = Field(description="what the caller is in it")
    time_zone: str


class TokenShape(Model):
    """A token, without its secret."""

    id: int
    name: str
    hint: str = Field(description="how the secret begins")
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class MadeToken(TokenShape):
    """A new token; its secret is told this once."""

    secret: str


class Me(Model):
    """Who calls."""

    user: str = Field(description="user name")
    name: str = Field(description="the name others read")
    courses: list[CourseShape]
    token: TokenShape | None = Field(description="the token that was used; none for a session")


class Refusal(Model):
    """Why no submission is taken now."""

    code: str = Field(description="the code that handing in would be refused with")
    detail: str


class AssignmentShape(Model):
    """An assignment of a course with the caller's own dates and attempts."""

    course: str
    assignment: str = Field(description="its short name, used in addresses")
    title: str
    points: float
    opens_at: datetime | None
    due_at: datetime | None = Field(description="the caller's own, extensions counted in; none: never due")
    late_until: datetime | None = Field(description="the last moment that anything is taken")
    penalty_percent: int = Field(description="taken off the score for each day begun after the due date")
    counting: Literal["best", "latest"] = Field(description="which attempt counts")
    attempts_allowed: int | None = Field(description="none: as many as one likes")
    attempts_used: int
    attempts_left: int | None
    cooldown_s: int
    next_at: datetime | None = Field(description="when the next submission is possible, where one must wait")
    refusal: Refusal | None = Field(description="why nothing is taken now; none: it is")
    score: float | None = Field(description="of the attempt that counts, as far as it is shown; with what staff gave by hand")
    is_held: bool = Field(description="whether staff hold one's grade back: there is no score then")
    is_group_work: bool = Field(description="whether what one member of a group hands in counts for all of them")
    group: str | None = Field(description="the caller's own group; none: one works alone")
    members: list[str] = Field(description="user names of those in it now")


class SubmissionShape(Model):
    """What was handed in."""

    number: int = Field(description="1, 2, ... of this student or group in this assignment")
    name: str
    size: int
    sha256: str
    channel: str
    received_at: datetime
    student: str = Field(description="user name of who handed it in")
    members: list[str] = Field(description="user names of those it counts for, who handed it in first")


class AttemptShape(Model):
    """One grading of a submission."""

    id: int
    course: str
    assignment: str
    title: str
    submission: SubmissionShape
    number: int = Field(description="1; a regrade has a higher one")
    state: StateName
    place: int | None = Field(description="in the queue, 1 is the next; none where it doesn't wait or may not run yet")
    starts_in_s: float | None = Field(description="an estimate; none where nobody knows")
    status: str = Field(description="how the program ended: finished, timeout, memory, output, crashed, broken")
    because: str = Field(description="why it is broken")
    score: float | None = Field(description="of the checks that may be shown, after the penalty")
    points: float | None = Field(description="of the checks that may be shown")
    factor: float = Field(description="what lateness leaves of the score")
    is_counting: bool = Field(description="whether it is the one that counts, by what may be shown")
    is_held: bool = Field(description="whether staff hold the grade back from the caller: there is no score and no report then")
    finished_at: datetime | None


class HiddenShape(Model):
    """Checks that are not shown yet."""

    count: int
    points: float
    when: str = Field(description="when they will be")


class AttemptDetail(AttemptShape):
    """One grading of a submission with its report."""

    report: Report | None = Field(description="with the checks that may be shown; none until it is graded, or while it is held")
    hidden: list[HiddenShape]


class Event(Model):
    """Something that happened in an attempt."""

    id: str
    event: Literal["queued", "claimed", "phase", "costs", "end"]
    text: str = Field("", description="of a phase")
    points: list[tuple[float, float]] = Field([], description="of costs: pairs of step and cost")
    state: str = Field("", description="of the end")


class Events(Model):
    """What happened in an attempt since, and where it stands now."""

    events: list[Event]
    last: str = Field(description="send it as `after` with the next call")
    state: StateName
    place: int | None
    starts_in_s: float | None


class Cancelled(Model):
    """What became of an attempt."""

    id: int
    state: StateName


class MessageShape(Model):
    """One message of the talk about a request."""

    author: str
    text: str
    at: datetime


class RequestShape(Model):
    """A request to look at a check again."""

    id: int
    attempt: int
    check: str
    state: Literal["open", "granted", "declined"]
    created_at: datetime
    messages: list[MessageShape]


class NewMessage(Model):
    """What to say."""

    text: str = Field(min_length=1, max_length=LONGEST)


class NewRequest(NewMessage):
    """What to look at again, and why."""

    check: str = Field(max_length=80, description="the check's name in the report")


class GradeShape(Model):
    """One's own grade in one assignment."""

    assignment: str
    title: str
    score: float | None = Field(description="of the checks that may be shown, after the penalty, with what staff gave by hand; "
                                            "none: nothing graded yet")
    points: float
    attempt: int | None = Field(description="the attempt that counts")
    received_at: datetime | None
    hidden_points: float = Field(description="of checks that are not shown yet")
    is_held: bool = Field(description="whether staff hold it back: there is no score then")


class StudentGrades(Model):
    """One student's grades in a course."""

    student: str
    name: str
    section: str
    scores: dict[str, float | None] = Field(description="by assignment, after the penalty, with what was given by hand")
    total: float


class AdjustmentShape(Model):
    """What staff gave one student by hand in one assignment; it is never removed, only withdrawn."""

    id: int
    assignment: str
    student: str = Field(description="user name")
    points: float = Field(description="added to the score; where it is set: the score")
    is_override: bool = Field(description="whether the score is set, whatever the checks say")
    comment: str = Field(description="for the student")
    reason: str = Field(description="for staff")
    by: str = Field(description="user name; empty where the account is gone")
    at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str


class CourseGrades(Model):
    """Everybody's grades in a course."""

    course: str
    points: dict[str, float] = Field(description="the most points, by assignment")
    students: list[StudentGrades]


class NewToken(Model):
    """A token to make."""

    name: str = Field(min_length=1, max_length=80, description="what it is for")
    scopes: list[Scope] = Field(min_length=1, description="; ".join(f"`{s}`: {told}" for s, told in SCOPES.items()))
    days: int = Field(90, ge=1, le=MAX_DAYS, description="how long it works")


class SignIn(Model):
    """User name and password, for a token."""

    user: str = Field(max_length=254, description="user name or e-mail address")
    password: str = Field(max_length=1024)
    name: str = Field("grader login", min_length=1, max_length=80)
    scopes: list[Scope] = Field(["read", "submit"], min_length=1)
    days: int = Field(90, ge=1, le=MAX_DAYS)


class Revoked(Model):
    """What became of a token."""

    id: int
    revoked: Literal[True] = True


class Handed(Model):
    """A submission as JSON."""

    name: str = Field(max_length=255, description="the file's name, ending in .py or .ipynb")
    content: str = Field(description="the file's text")


Json = dict[str, Any]
