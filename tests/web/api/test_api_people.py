"""People and roster by the API."""

import pytest

from grader.web.models import Membership

pytestmark = pytest.mark.django_db
PEOPLE, ROSTER = "courses/dl-2026/people", "courses/dl-2026/roster"


def test_staff_list_everybody(program, ta, alice, bob, refuses):
    Membership.objects.filter(user=bob).update(is_active=False)
    told = program(ta, ["grades"]).get(PEOPLE).json()
    assert [(p["user"], p["role"], p["is_active"]) for p in told] == [
        ("alice", "student", True), ("bob", "student", False), ("tessa", "ta", True)]
    refuses(program(alice, ["grades"]).get(PEOPLE), 404, "not_found")


def test_a_roster_is_looked_at_and_then_applied(program, instructor, alice, ta, refuses):
    caller, body = program(instructor, ["manage"]), {"csv": "user,section\nalice,Monday\n"}
    told = caller.post(ROSTER, body).json()
    assert (told["is_done"], told["counts"]) == (False, {"changed": 1})
    Membership.objects.filter(user=alice).update(section="Tuesday")
    refuses(caller.post(ROSTER, body | {"digest": told["digest"]}), 409, "stale")
    told = caller.post(ROSTER, body).json()
    assert caller.post(ROSTER, body | {"digest": told["digest"]}).json()["is_done"]
    assert Membership.objects.get(user=alice).section == "Monday"
    refuses(caller.post(ROSTER, {"csv": "x\ny"}), 422, "invalid")
    refuses(program(ta, ["manage"]).post(ROSTER, body), 404, "not_found")
    refuses(program(instructor, ["grades"]).post(ROSTER, body), 403, "scope")
