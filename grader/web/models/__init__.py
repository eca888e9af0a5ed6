"""The service's tables, one file per subject."""

from grader.web.models.accommodation import Accommodation
from grader.web.models.account import Invitation, Token, User
from grader.web.models.adjustment import Adjustment
from grader.web.models.attempt import LIVE, Attempt, State
from grader.web.models.audit import Entry
from grader.web.models.comment import LineComment
from grader.web.models.counted import Counted
from grader.web.models.course import Assignment, Course, Extension, Membership, Role, SpecVersion
from grader.web.models.draft import Draft, DraftFile
from grader.web.models.erasure import Erasure, Leftover
from grader.web.models.group import Group, GroupMember, GroupSet, Partner
from grader.web.models.hold import Hold
from grader.web.models.incident import Incident
from grader.web.models.letter import Letter
from grader.web.models.likeness import Comparison, Pair, Prints
from grader.web.models.news import Announcement, News
from grader.web.models.outcome import Alarm, Digest, Outcome
from grader.web.models.proof import Proof, Publication
from grader.web.models.regrade import Notice, Promotion, Regrade, RegradeItem, Way
from grader.web.models.request import RegradeMessage, RegradeRequest
from grader.web.models.rubric import RubricItem, RubricTick
from grader.web.models.session import Session
from grader.web.models.submission import Submission
from grader.web.models.work import Split, WorkItem, WorkRules

__all__ = ["LIVE", "Accommodation", "Adjustment", "Alarm", "Announcement", "Assignment", "Attempt", "Comparison", "Counted",
           "Course", "Digest", "Draft", "DraftFile", "Entry", "Erasure", "Extension", "Group", "GroupMember", "GroupSet",
           "Hold", "Incident", "Invitation", "Leftover", "Letter", "LineComment", "Membership", "News", "Notice", "Outcome",
           "Pair", "Partner", "Prints", "Promotion", "Proof", "Publication", "Regrade", "RegradeItem", "RegradeMessage",
           "RegradeRequest", "Role", "RubricItem", "RubricTick", "Session", "SpecVersion", "Split", "State", "Submission",
           "Token", "User", "Way", "WorkItem", "WorkRules"]
