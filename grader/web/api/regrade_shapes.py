"""What the calls about regrades take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from grader.strict import Model
from grader.web.regrade_requests import LONGEST
from grader.web.regrades.promotion import MESSAGE, REASON

Choice = Literal["all", "counting", "latest", "failing", "near"]
Mode = Literal["all", "rises", "ticked"]


class NewRegrade(Model):
    """Which attempts to grade again, and how."""

    assignment: str = Field(max_length=80)
    version: int | None = Field(None, description="number of the version to grade with; none: the assignment's own")
    way: Literal["judge", "run"] = Field("judge", description="judge kept evidence, or run again with the same seeds")
    choice: Choice = Field("all", description="of every submission, each student's counting or latest one, those that failed "
                                              "`check`, or those near the line")
    check: str = Field("", max_length=80)
    student: str = Field("", max_length=150, description="user name; empty: all students")
    reason: str = Field("", max_length=REASON)


class TotalsShape(Model):
    """How many attempts there are of each kind."""

    asked: int
    over: int
    left_out: int = Field(description="not of the kind that was asked for")
    up: int
    down: int
    unchanged: int
    near: int = Field(description="some check used 0.8 to 1.25 of its tolerance")
    again: int = Field(description="must be run again")
    broken: int
    promoted: int


class PromotionShape(Model):
    """New gradings that were made to count together."""

    id: int
    mode: str
    attempts: list[int] = Field(description="ids of the new attempts")
    rises: int = Field(description="grades that rose")
    falls: int
    reason: str
    at: datetime
    reverted_at: datetime | None


class RegradeShape(Model):
    """Attempts graded again together; nothing counts before it is promoted."""

    id: int
    course: str
    assignment: str
    version: int
    way: Literal["judge", "run"]
    choice: Choice
    check: str
    student: str | None = Field(description="user name; none: all students")
    reason: str
    state: Literal["running", "ready", "cancelled"]
    created_at: datetime
    finished_at: datetime | None
    totals: TotalsShape
    promotions: list[PromotionShape]


class ChangeShape(Model):
    """A check whose verdict changed."""

    check: str
    before: str
    after: str
    because: str


class ItemShape(Model):
    """One attempt of a regrade."""

    id: int
    student: str
    submission: int
    old: int = Field(description="the attempt it was compared with")
    new: int | None = Field(description="the new attempt")
    state: str
    outcome: str = Field(description="up, down or unchanged; empty: not graded")
    old_score: float | None
    new_score: float | None
    grade_before: float | None = Field(description="the student's grade in the assignment as it is")
    grade_after: float | None = Field(description="and as it would be if all of this counted")
    near: list[str]
    changes: list[ChangeShape]
    because: str = Field(description="why it must be run again, or broke")
    promoted: bool
    overtaken: bool = Field(description="another grading of the submission counts since this one was made")


class Items(Model):
    """A page of a regrade's attempts."""

    count: int
    page: int
    pages: int
    items: list[ItemShape]


class GradeChangeShape(Model):
    """A grade before and after."""

    student: str
    assignment: str
    before: float | None
    after: float | None


class PlanShape(Model):
    """What a promotion would do; send `seal` with it, and nothing else is done than this."""

    attempts: int
    overtaken: int
    grades: list[GradeChangeShape]
    seal: str


class Promote(Model):
    """Which new gradings to let count, and why."""

    mode: Mode = "all"
    items: list[int] = Field([], max_length=5000, description="with the mode `ticked`: ids of items")
    reason: str = Field(min_length=1, max_length=REASON)
    message: str = Field("", max_length=MESSAGE, description="for the students whose scores change")
    sets_version: bool = Field(False, description="grade new submissions with the regrade's version too; for instructors")
    seal: str = Field("", max_length=64, description="of the plan; empty: whatever it is now")


class Why(Model):
    """A reason."""

    reason: str = Field("", max_length=REASON)


class Reply(Model):
    """An answer to open requests about submissions of a regrade."""

    requests: list[int] = Field(min_length=1, max_length=5000)
    text: str = Field(min_length=1, max_length=LONGEST)
    decision: Literal["grant", "decline", "answer"] = "answer"


class Counted(Model):
    """How many there were."""

    count: int
