"""What the API takes and gives of rubrics."""

from __future__ import annotations

from pydantic import Field

from grader.strict import Model


class RubricItemShape(Model):
    """Something that is worth points by hand."""

    id: int
    name: str
    points: float = Field(description="added to the score; below zero: taken off")
    description: str
    is_retired: bool = Field(description="whether it is ticked no more; ticks that are there count")


class AttemptRubric(Model):
    """The rubric at an attempt's submission: all gradings of a submission share it."""

    attempt: int
    student: str = Field(description="user name")
    points: float = Field(description="what is ticked comes to")
    ticked: list[int] = Field(description="ids of items")
    items: list[RubricItemShape] = Field(description="offered ones, and retired ones that are ticked")


class Ticks(Model):
    """Which items are ticked, and no others."""

    ticked: list[int] = Field(max_length=100, description="ids of items")
