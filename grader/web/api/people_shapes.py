"""What the API takes and gives of the people of a course."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from grader.strict import Model


class PersonShape(Model):
    """Somebody who is or was in a course."""

    user: str = Field(description="user name")
    name: str
    email: str
    role: Literal["student", "ta", "instructor"]
    section: str
    is_active: bool = Field(description="false: has left")


class NewRoster(Model):
    """A roster file, to be looked at or, with the digest of what it would change, to be applied."""

    csv: str = Field(max_length=1 << 20, description="the file; its first line names the columns: e-mail, user, role, section")
    digest: str = Field("", max_length=64, description="of the plan that was looked at; empty: only tell what would change")
    removes: bool = Field(False, description="whether students who are not in the file are taken out of the course")


class GroupSetShape(Model):
    """A set of groups, with who is in which now."""

    id: int
    name: str
    size: int | None = Field(description="members at most of a group that students form; none: any number")
    is_open: bool = Field(description="whether students form and join groups by themselves")
    assignments: list[str] = Field(description="that go by it, by their short names")
    groups: dict[str, list[str]] = Field(description="user names by the groups' names")


class NewGroups(Model):
    """A file of groups, to be looked at or, with the digest of what it would change, to be applied."""

    csv: str = Field(max_length=1 << 20, description="the file; its first line names the columns: group, and user or e-mail")
    digest: str = Field("", max_length=64, description="of the plan that was looked at; empty: only tell what would change")
    removes: bool = Field(False, description="whether students who are not in the file are taken out of their groups")


class RosterLine(Model):
    """What one line, or one person the file leaves out, comes to."""

    kind: Literal["new", "pending", "changed", "back", "missing", "refused", "same"]
    line: int = Field(description="of the file; 0 where there is none")
    who: str
    before: str
    after: str
    why: str = Field(description="why it is refused")


class RosterShape(Model):
    """What a roster file changes, or has changed."""

    digest: str = Field(description="names this very plan")
    is_done: bool
    counts: dict[str, int] = Field(description="lines by kind")
    lines: list[RosterLine]
