"""Rubrics by programs of staff: read, and ticks set as a whole."""

import pytest

from grader.web import grades, rubrics, specs
from grader.web.models import Entry, Membership, RubricTick

pytestmark = pytest.mark.django_db
RUBRIC = "courses/dl-2026/assignments/linear-zero/rubric"


@pytest.fixture
def items(work, ta):
    member = Membership.objects.select_related("course", "user").get(user=ta)
    return [rubrics.add(work, rubrics.Said(name, points), member) for name, points in (("Drawn", 2.0), ("Copied", -1.0))]


@pytest.fixture
def attempt(program, alice, work, grade):
    program(alice).hand_in()
    return grade()


def test_staff_read_a_rubric_and_set_what_is_ticked(items, attempt, program, ta, course):
    caller, one = program(ta, ["grades", "mark"]), f"attempts/{attempt.pk}/rubric"
    told = caller.get(RUBRIC).json()
    assert [(i["name"], i["points"], i["is_retired"]) for i in told] == [("Drawn", 2, False), ("Copied", -1, False)]
    drawn, copied = (i["id"] for i in told)
    before = grades.of_all(course)[0].total
    for wanted, points in (([drawn, copied], 1), ([drawn], 2), ([drawn], 2), ([], 0)):
        answer = caller.call("PUT", one, {"ticked": wanted})
        assert (answer.status_code, answer.json()["ticked"], answer.json()["points"]) == (200, wanted, points)
        assert caller.get(one).json() == answer.json()
        assert grades.of_all(course)[0].total == before + points
    assert [e.action for e in Entry.objects.filter(action__endswith="tick").order_by("pk")] == [
        "rubric.tick", "rubric.tick", "rubric.untick", "rubric.untick"]


def test_what_is_not_offered_there_is_refused_and_nothing_is_ticked(items, attempt, program, ta, refuses):
    member = Membership.objects.select_related("course", "user").get(user=ta)
    rubrics.retire(items[1], member, specs.now())
    for wrong in (items[1].pk, 10**6, -1, 10**30):
        answer = program(ta, ["mark"]).call("PUT", f"attempts/{attempt.pk}/rubric", {"ticked": [items[0].pk, wrong]})
        assert str(wrong) in refuses(answer, 422, "invalid")["detail"]
    assert not RubricTick.objects.exists()


def test_a_retired_item_that_is_ticked_may_stay(items, attempt, program, ta):
    caller, one = program(ta, ["grades", "mark"]), f"attempts/{attempt.pk}/rubric"
    caller.call("PUT", one, {"ticked": [items[1].pk]})
    rubrics.retire(items[1], Membership.objects.select_related("course", "user").get(user=ta), specs.now())
    assert caller.call("PUT", one, {"ticked": [items[0].pk, items[1].pk]}).status_code == 200
    assert caller.get(one).json()["points"] == 1


def test_it_is_for_staff_with_the_scope_and_never_for_ones_own_work(items, attempt, program, alice, ta, other_ta, refuses):
    one = f"attempts/{attempt.pk}/rubric"
    for who in (alice, other_ta):
        for method, path in (("GET", RUBRIC), ("GET", one), ("PUT", one)):
            answer = program(who, ["grades", "mark"]).call(method, path, {"ticked": []} if method == "PUT" else None)
            refuses(answer, 404, "not_found")
    refuses(program(ta, ["grades"]).call("PUT", one, {"ticked": []}), 403, "scope")
    Membership.objects.filter(user=alice).update(role="ta")
    refuses(program(alice, ["mark"]).call("PUT", one, {"ticked": [items[0].pk]}), 404, "not_found")
