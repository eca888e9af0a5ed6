"""For whose eyes one person's data are gathered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grader.web.models import Course, Membership, Role, User


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose data, who reads them, and of which course alone; `now` decides which checks are shown."""

    user: User
    reader: User
    now: datetime
    course: Course | None = None

    @property
    def is_own(self) -> bool:
        """Whether somebody reads their own: then hidden checks and what staff note for themselves are left out."""
        return self.user.pk == self.reader.pk

    def courses(self) -> list[Course]:
        """List the courses that have something of the person."""
        if self.course is not None:
            return [self.course]
        mine = Course.objects.filter(memberships__user=self.user) | Course.objects.filter(
            assignments__submissions__user=self.user)
        return list(mine.distinct().order_by("slug"))

    def viewer(self, course: Course) -> Membership:
        """Say as what the reader looks at a course: in their own place, or as those who run it do."""
        if not self.is_own:
            return Membership(course=course, user=self.reader, role=Role.INSTRUCTOR)
        own = Membership.objects.filter(course=course, user=self.user).first()
        return own or Membership(course=course, user=self.user, role=Role.STUDENT)
