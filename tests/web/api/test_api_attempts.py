"""Following attempts, reading reports as far as they are shown, asking for regrades, and nobody else's things."""

from __future__ import annotations

import threading
import time

import pytest

from grader.report import Report
from grader.web import progress, queue, specs
from grader.web.models import Attempt, Entry
from grader.web.reports import stored
from tests.web.api.conftest import WORK

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(program, alice, work):
    """Alice's program and the id of an attempt of hers that waits."""
    found = program(alice)
    return found, found.hand_in().json()["id"]


def test_a_graded_attempt_has_its_report(mine, grade):
    found, pk = mine
    grade(failing=["curve"])
    told = found.get(f"attempts/{pk}").json()
    report = Report.model_validate(told["report"])
    assert (told["state"], told["status"], told["is_counting"]) == ("done", "finished", True)
    assert [c.name for c in report.failed] == ["curve"]
    assert (told["score"], told["points"], told["hidden"]) == (report.score, report.points, [])


def test_hidden_checks_are_not_shown_in_any_answer(hide, grade, program, alice, ta):
    hide("curve", "final_weights")
    found = program(alice)
    pk = found.hand_in().json()["id"]
    attempt = grade(failing=["curve"])
    told = found.get(f"attempts/{pk}")
    assert {c["name"] for c in told.json()["report"]["checks"]}.isdisjoint({"curve", "final_weights"})
    assert told.json()["hidden"][0]["count"] == 2
    assert told.json()["hidden"][0]["when"] == "when the grades are released"
    everything = [told.content, found.get("attempts").content, found.get(f"{WORK}/attempts").content, found.get(WORK).content,
                  found.get("courses/dl-2026/grades/mine").content]
    assert not any(b"printed while it ran" in answer or b'"seed": 7' in answer for answer in everything)
    whole = stored(attempt)
    assert len(program(ta).get(f"attempts/{pk}").json()["report"]["checks"]) == len(whole.checks)


def test_the_score_in_lists_is_that_of_the_checks_that_are_shown(hide, grade, program, alice):
    hide("curve")
    found = program(alice)
    found.hand_in()
    attempt = grade()
    told = [*found.get("attempts").json(), *found.get(f"{WORK}/attempts").json()]
    assert all(a["score"] == a["points"] < attempt.score for a in told)


@pytest.mark.parametrize("path", ["attempts/{}", "attempts/{}/submission", "attempts/{}/events", "attempts/{}/requests"])
def test_anothers_attempt_is_not_there(mine, program, bob, carol, other_ta, refuses, path):
    for person in (bob, carol, other_ta):
        refuses(program(person).get(path.format(mine[1])), 404, "not_found")


@pytest.mark.parametrize("path", ["attempts/{}/cancel", "attempts/{}/requests", "attempts/{}/requests/1/messages"])
def test_anothers_attempt_cannot_be_changed(mine, program, bob, refuses, path):
    body = {"check": "curve", "text": "please"} if path.endswith("requests") else {"text": "please"}
    refuses(program(bob).post(path.format(mine[1]), body), 404, "not_found")
    assert Attempt.objects.get(pk=mine[1]).state == "queued"


@pytest.mark.parametrize(("pk", "status", "code"), [("0", 404, "not_found"), ("9" * 30, 404, "not_found"), ("x", 422, "invalid"),
                                                    ("-1", 404, "not_found")])
def test_numbers_that_name_nothing(program, alice, refuses, pk, status, code):
    refuses(program(alice).get(f"attempts/{pk}"), status, code)


def test_a_waiting_attempt_is_cancelled_once(mine, refuses):
    found, pk = mine
    assert found.post(f"attempts/{pk}/cancel").json() == {"id": pk, "state": "cancelled"}
    refuses(found.post(f"attempts/{pk}/cancel"), 409, "not_waiting")
    assert found.get(WORK).json()["attempts_used"] == 0
    assert Entry.objects.filter(action="attempt.cancel").count() == 1


def test_a_running_attempt_is_not_cancelled(mine, refuses):
    found, pk = mine
    queue.claim(["cpu"], "w", specs.now())
    refuses(found.post(f"attempts/{pk}/cancel"), 409, "not_waiting")


def test_staff_see_attempts_of_their_course_and_cancel_none(mine, program, ta, refuses):
    found = program(ta)
    assert found.get(f"{WORK}/attempts?student=alice").json()[0]["id"] == mine[1]
    refuses(found.post(f"attempts/{mine[1]}/cancel"), 403, "forbidden")


def test_a_student_names_no_other_student(mine, program, bob, refuses):
    refuses(program(bob).get(f"{WORK}/attempts?student=alice"), 404, "not_found")


def test_a_broken_attempt_tells_students_nothing_of_our_machines(mine, program, ta, long_ago):
    found, pk = mine
    for _ in range(queue.MAX_TRIES):
        queue.claim(["cpu"], "host-7", long_ago)
        queue.expire(specs.now())
    told = found.get(f"attempts/{pk}").json()
    assert (told["state"], told["report"], "host-7" in told["because"]) == ("broken", None, False)
    assert "host-7" in program(ta).get(f"attempts/{pk}").json()["because"]


def tell(pk, redis_server):
    progress.tell(redis_server, pk, "claimed", worker="host-7", tries=1)
    progress.tell(redis_server, pk, "costs", points=[[0, 2.5], [1, 1.25]])


def test_events_come_in_order_and_after_the_last_one_seen(mine, redis_server):
    found, pk = mine
    tell(pk, redis_server)
    told = found.get(f"attempts/{pk}/events").json()
    assert [e["event"] for e in told["events"]] == ["claimed", "costs"]
    assert told["events"][1]["points"] == [[0, 2.5], [1, 1.25]]
    assert "host-7" not in str(told)
    again = found.get(f"attempts/{pk}/events?after={told['last']}").json()
    assert (again["events"], again["last"], again["state"]) == ([], told["last"], "queued")


def test_events_are_waited_for(mine, redis_server):
    found, pk = mine
    timer = threading.Timer(0.5, tell, (pk, redis_server))
    timer.start()
    assert found.get(f"attempts/{pk}/events?wait=20").json()["events"]
    timer.join()


def test_nothing_is_waited_for_where_the_attempt_is_over(mine, grade):
    found, pk = mine
    grade()
    began = time.monotonic()
    told = found.get(f"attempts/{pk}/events?wait=20").json()
    assert (told["state"], told["events"]) == ("done", [])
    assert time.monotonic() - began < 15


def test_without_redis_the_state_is_told_all_the_same(mine):
    found, pk = mine
    told = found.get(f"attempts/{pk}/events?wait=0.5").json()
    assert (told["state"], told["place"], told["events"]) == ("queued", 1, [])


@pytest.mark.parametrize("query", ["after=x", "after=1-", "wait=21", "wait=-1", "wait=nan", "wait=x"])
def test_wrong_words_about_events_are_refused(mine, refuses, query):
    refuses(mine[0].get(f"attempts/{mine[1]}/events?{query}"), 422, "invalid")


def test_a_regrade_is_asked_for_once_and_talked_about(mine, grade, program, ta, refuses):
    found, pk = mine
    refuses(found.post(f"attempts/{pk}/requests", {"check": "curve", "text": "why?"}), 409, "not_graded")
    grade(failing=["curve"])
    asked = found.post(f"attempts/{pk}/requests", {"check": "curve", "text": "<b>why?</b>"})
    assert (asked.status_code, asked.json()["state"]) == (201, "open")
    refuses(found.post(f"attempts/{pk}/requests", {"check": "curve", "text": "why?"}), 409, "request_exists")
    program(ta).post(f"attempts/{pk}/requests/{asked.json()['id']}/messages", {"text": "The gradients are kept."})
    [told] = found.get(f"attempts/{pk}/requests").json()
    assert [m["text"] for m in told["messages"]] == ["<b>why?</b>", "The gradients are kept."]
    assert [m["author"] for m in told["messages"]] == ["Alice", "Tessa"]


def test_a_regrade_of_a_check_that_is_hidden_or_not_there_cannot_be_asked_for(hide, grade, program, alice, ta, refuses):
    hide("curve")
    found = program(alice)
    pk = found.hand_in().json()["id"]
    grade()
    for name in ("curve", "nonsense"):
        problem = refuses(found.post(f"attempts/{pk}/requests", {"check": name, "text": "why?"}), 422, "invalid")
        assert problem["errors"][0]["where"] == "body.check"
    refuses(found.post(f"attempts/{pk}/requests", {"check": "final_weights", "text": ""}), 422, "invalid")
    refuses(program(ta).post(f"attempts/{pk}/requests", {"check": "final_weights", "text": "hm"}), 403, "forbidden")
    refuses(found.post(f"attempts/{pk}/requests/77/messages", {"text": "hm"}), 404, "not_found")
