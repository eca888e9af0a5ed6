"""Regrades by programs of staff: the same rights, the same preview, the same deeds as on the pages."""

import pytest

from grader.web import grades
from grader.web.models import Assignment, Promotion, Regrade, RegradeRequest
from tests.web.api.conftest import Program, refused
from tests.web.pages_ground import today

pytestmark = pytest.mark.django_db
HERE = "courses/dl-2026/regrades"


@pytest.fixture
def program(db):
    from grader.web import specs, tokens
    return lambda user, *scopes: Program(tokens.make(user, "p", scopes or ("grades", "regrade"), 1, specs.now())[1])


def scores(klass):
    return {s.user.username: s.total for s in grades.of_all(klass.course)}


def test_from_its_beginning_to_its_end(klass, work, program, instructor):
    mine = program(instructor)
    made = mine.post(HERE, {"assignment": "linear-zero", "version": 2, "reason": "too narrow"})
    assert (made.status_code, made.json()["state"], made.json()["totals"]["asked"]) == (201, "running", 4)
    work()
    one = f"{HERE}/{made.json()['id']}"
    told = mine.get(one).json()
    assert (told["state"], told["totals"]["up"], told["totals"]["down"]) == ("ready", 2, 2)
    assert mine.get(HERE).json() == [told]
    [up, _] = mine.get(f"{one}/attempts?show=up").json()["items"]
    assert (up["student"], up["old_score"], up["new_score"], up["grade_before"], up["grade_after"]) == ("alice", 8, 10, 8, 10)
    assert up["changes"][0]["check"] == "few_steps"
    plan = mine.get(f"{one}/plan?mode=ticked&item={up['id']}").json()
    assert plan["grades"] == [{"student": "alice", "assignment": "linear-zero", "before": 8, "after": 10}]
    body = {"mode": "ticked", "items": [up["id"]], "reason": "right", "seal": plan["seal"], "sets_version": True}
    promoted = mine.post(f"{one}/promote", body)
    assert (promoted.status_code, promoted.json()["rises"]) == (201, 1)
    assert scores(klass) == {"alice": 10, "bob": 3, "dave": 8}
    assert Assignment.objects.get().version == klass.right
    back = f"{one}/promotions/{promoted.json()['id']}/revert"
    assert mine.post(back, {"reason": "a slip"}).json()["reverted_at"]
    refused(mine.post(back, {}), 409, "regrade_over")
    assert scores(klass) == {"alice": 8, "bob": 3, "dave": 8}


def test_what_is_not_as_it_was_or_wrong_is_refused(klass, judged, program, instructor):
    mine, one = program(instructor), f"{HERE}/{judged.pk}"
    refused(mine.post(f"{one}/promote", {"reason": "x", "seal": "old"}), 409, "stale")
    refused(mine.post(f"{one}/promote", {"reason": "x", "mode": "ticked"}), 422, "invalid")
    refused(mine.post(f"{one}/promote", {"reason": ""}), 422, "invalid")
    refused(mine.post(f"{one}/promote", {"reason": "x", "mode": "some"}), 422, "invalid")
    refused(mine.post(f"{one}/cancel"), 409, "regrade_over")
    refused(mine.post(f"{one}/promotions/99/revert", {}), 404, "not_found")
    refused(mine.get(f"{HERE}/99"), 404, "not_found")
    assert "there are 2, 1" in refused(mine.post(HERE, {"assignment": "linear-zero", "version": 9}), 422, "invalid")["detail"]
    refused(mine.post(HERE, {"assignment": "nothing"}), 404, "not_found")
    assert not Promotion.objects.exists()


def test_reading_and_changing_want_their_scopes(judged, program, instructor):
    refused(program(instructor, "read", "submit").get(HERE), 403, "scope")
    refused(program(instructor, "grades").post(f"{HERE}/{judged.pk}/promote", {"reason": "x"}), 403, "scope")


@pytest.mark.parametrize("who", ["alice", "carol", "other_ta"])
def test_nobody_but_the_courses_staff_finds_them(who, judged, program, request):
    theirs = program(request.getfixturevalue(who))
    for path in (HERE, f"{HERE}/{judged.pk}", f"{HERE}/{judged.pk}/attempts", f"{HERE}/{judged.pk}/plan"):
        refused(theirs.get(path), 404, "not_found")
    refused(theirs.post(f"{HERE}/{judged.pk}/promote", {"reason": "x"}), 404, "not_found")


def test_a_ta_promotes_only_what_is_about_one_student_and_sets_no_version(klass, judged, work, program, ta):
    theirs = program(ta)
    refused(theirs.post(f"{HERE}/{judged.pk}/promote", {"reason": "x"}), 403, "forbidden")
    one = theirs.post(HERE, {"assignment": "linear-zero", "version": 2, "student": "alice"}).json()["id"]
    work()
    refused(theirs.post(f"{HERE}/{one}/promote", {"reason": "x", "sets_version": True}), 403, "forbidden")
    assert theirs.post(f"{HERE}/{one}/promote", {"reason": "x"}).status_code == 201
    assert scores(klass)["alice"] == 10


def test_cancelling_running_again_and_answering(klass, judged, program, ta):
    theirs = program(ta)
    running = klass.regrade("tessa")
    assert theirs.post(f"{HERE}/{running.pk}/cancel").json()["state"] == "cancelled"
    judged.items.update(state="again")
    assert theirs.post(f"{HERE}/{judged.pk}/again").json() == {"count": 4}
    judged.items.update(state="done")
    asked = RegradeRequest.objects.create(attempt=klass.attempts["alice"], check_name="few_steps", created_at=today())
    body = {"requests": [asked.pk], "text": "You were right.", "decision": "grant"}
    assert theirs.post(f"{HERE}/{judged.pk}/answer", body).json() == {"count": 1}
    refused(theirs.post(f"{HERE}/{judged.pk}/answer", body), 422, "invalid")
    assert Regrade.objects.count() == 2
