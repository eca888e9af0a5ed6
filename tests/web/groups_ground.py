"""What the tests of groups make: a set with groups, and an assignment that goes by it."""

from grader.web import groups
from grader.web.groups import Rules
from grader.web.models import Assignment, Membership
from tests.web.pages_ground import open_assignment


def group_set(course, instructor, name="pairs", **rules):
    return groups.make(course, Rules(name, **rules), by=instructor)


def placed(found, instructor, **of):
    """Put people into groups: `reds=[alice, bob]`."""
    member = Membership.objects.get(user=instructor, course=found.course)
    for name, people in of.items():
        for user in people:
            groups.place(found, user, name, member)


def group_work(found, slug="linear-zero", **rules):
    """Set an assignment that goes by a set of groups."""
    made = open_assignment(found.course, slug, group_set=found, **rules)
    return Assignment.objects.select_related("course", "version").get(pk=made.pk)
