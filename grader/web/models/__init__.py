"""The service's tables, one file per subject."""

from grader.web.models.account import Invitation, Token, User
from grader.web.models.adjustment import Adjustment
from grader.web.models.attempt import LIVE, Attempt, State
from grader.web.models.audit import Entry
from grader.web.models.comment import LineComment
from grader.web.models.course import Assignment, Course, Extension, Membership, Role, SpecVersion
from grader.web.models.hold import Hold
from grader.web.models.regrade import Notice, Promotion, Regrade, RegradeItem, Way
from grader.web.models.request import RegradeMessage, RegradeRequest
from grader.web.models.rubric import RubricItem, RubricTick
from grader.web.models.session import Session
from grader.web.models.submission import Submission

__all__ = ["LIVE", "Adjustment", "Assignment", "Attempt", "Course", "Entry", "Extension", "Hold", "Invitation", "LineComment",
           "Membership", "Notice", "Promotion", "Regrade", "RegradeItem", "RegradeMessage", "RegradeRequest", "Role",
           "RubricItem", "RubricTick", "Session", "SpecVersion", "State", "Submission", "Token", "User", "Way"]
