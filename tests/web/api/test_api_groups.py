"""Groups by the API: what a program hands in counts for all, and staff see and send groups."""

import pytest

from grader.web.models import GroupSet
from tests.web.groups_ground import group_set, placed

pytestmark = pytest.mark.django_db
GROUPS, WORK = "courses/dl-2026/groups", "courses/dl-2026/assignments/linear-zero"


@pytest.fixture
def pairs(work, instructor, alice, bob, course):
    found = group_set(course, instructor)
    placed(found, instructor, reds=[alice, bob])
    course.assignments.update(group_set=found)
    return found


@pytest.mark.usefixtures("pairs")
def test_every_members_program_finds_what_one_handed_in(program, alice, bob, person, course, refuses):
    made = program(alice).hand_in().json()
    assert made["submission"]["members"] == ["alice", "bob"]
    mate = program(bob)
    told = mate.get(f"attempts/{made['id']}").json()
    assert (told["submission"]["student"], told["is_counting"]) == ("alice", False)
    for path in ("attempts", f"{WORK}/attempts"):
        assert [a["id"] for a in mate.get(path).json()] == [made["id"]]
    assert mate.get(f"attempts/{made['id']}/submission").status_code == 200
    stranger = program(person("dave", course))
    refuses(stranger.get(f"attempts/{made['id']}"), 404, "not_found")
    assert mate.post(f"attempts/{made['id']}/cancel").json()["state"] == "cancelled"


@pytest.mark.usefixtures("pairs")
def test_an_assignment_names_ones_group(program, alice, person, course):
    told = program(alice).get(WORK).json()
    assert (told["is_group_work"], told["group"], told["members"]) == (True, "reds", ["alice", "bob"])
    alone = program(person("dave", course)).get(WORK).json()
    assert (alone["is_group_work"], alone["group"], alone["members"]) == (True, None, [])


def test_staff_list_groups_and_send_them(program, pairs, ta, alice, refuses):
    caller, body = program(ta, ["grades", "manage"]), {"csv": "group,user\nblues,alice\n"}
    [told] = caller.get(GROUPS).json()
    assert (told["name"], told["assignments"], told["groups"]) == ("pairs", ["linear-zero"], {"reds": ["alice", "bob"]})
    plan = caller.post(f"{GROUPS}/{pairs.pk}", body).json()
    assert (plan["is_done"], plan["counts"]) == (False, {"changed": 1, "missing": 1})
    done = caller.post(f"{GROUPS}/{pairs.pk}", body | {"digest": plan["digest"]}).json()
    assert done["is_done"]
    assert caller.get(GROUPS).json()[0]["groups"] == {"blues": ["alice"], "reds": ["bob"]}
    refuses(caller.post(f"{GROUPS}/{pairs.pk}", body | {"digest": plan["digest"]}), 409, "stale")
    refuses(program(alice, ["grades"]).get(GROUPS), 404, "not_found")


def test_a_set_of_another_course_is_not_found(program, pairs, other_course, ta, refuses):
    other = GroupSet.objects.create(course=other_course, name="theirs")
    assert other.pk != pairs.pk
    refuses(program(ta, ["manage"]).post(f"{GROUPS}/{other.pk}", {"csv": "group,user\n"}), 404, "not_found")
