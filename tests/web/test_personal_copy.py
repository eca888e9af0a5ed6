"""A copy of one person's data: complete, for the right eyes, written down."""

import io
import json
import zipfile

import pytest
from django.urls import reverse

from grader.web import adjustments, holds, line_comments, regrade_requests, specs, tokens
from grader.web.adjustments import Given
from grader.web.models import Entry, Extension, Membership
from grader.web.personal.copy import write
from grader.web.personal.sight import Sight
from grader.web.regrade_requests import Message
from tests.web.pages_ground import graded, handed_in, hiding, open_assignment, text_of, verdict

pytestmark = pytest.mark.django_db
HIDDEN = "the secret case of seven"


def opened(answer):
    assert answer.status_code == 200, answer.content
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    files = {name: packed.read(name) for name in packed.namelist()}
    return json.loads(files["record.json"]), files


@pytest.fixture
def work(course, alice, ta, tmp_path):
    """Alice's attempt with a hidden check, and all that people wrote about it."""
    found = hiding(course, tmp_path, "cost", visibility="staff")
    attempt = graded(handed_in(found, alice), verdict("predict"),
                     verdict("cost", passed=False, visibility="staff", about=HIDDEN), stdout="what it printed")
    member = Membership.objects.get(user=ta)
    adjustments.give(found, alice, member, Given(1.5, comment="well explained", reason="between us"), specs.now())
    line_comments.write(attempt.submission, ("line.py", 1), "a better name?", member, specs.now())
    own = Membership.objects.get(user=alice)
    regrade_requests.write(attempt, "predict", own, Message("please look again"), specs.now())
    Extension.objects.create(assignment=found, user=alice, extra_attempts=2, reason="ill in October")
    tokens.make(alice, "my laptop", ["read"], 1, specs.now())
    return attempt


def test_a_students_own_copy_has_all_that_they_may_see_and_nothing_else(work, alice, logged_in):
    told, files = opened(logged_in(alice).get(reverse("own_copy")))
    assert files["dl-2026/linear-zero/1/line.py"] == specs.objects().get(work.submission.content)
    [of_course] = told["courses"]
    [assignment] = of_course["assignments"]
    [submission] = assignment["submissions"]
    report = json.loads(files[submission["attempts"][0]["report"]])
    assert [c["name"] for c in report["checks"]] == ["predict"]
    assert submission["comments"][0]["text"] == "a better name?"
    assert assignment["by_hand"][0]["comment"] == "well explained"
    assert submission["attempts"][0]["requests"][0]["messages"][0]["text"] == "please look again"
    assert told["account"]["tokens"][0]["name"] == "my laptop"
    assert of_course["extensions"][0]["extra_attempts"] == 2
    assert {"token.make", "request.open"} <= {e["action"] for e in told["audit_log"]}
    everything = b"".join(files.values()).decode()
    for unseen in (HIDDEN, "between us", "ill in October", "what it printed", alice.password, alice.tokens.get().digest):
        assert unseen not in everything


def test_an_instructors_copy_has_notes_and_hidden_checks_of_the_course_alone(work, alice, instructor, other_course, logged_in):
    Membership.objects.create(course=other_course, user=alice)
    handed_in(open_assignment(other_course), alice, b"elsewhere = 1\n")
    told, files = opened(logged_in(instructor).get(reverse("person_copy", args=["dl-2026", "alice"])))
    everything = b"".join(files.values()).decode()
    assert [c["course"] for c in told["courses"]] == ["dl-2026"]
    for seen in (HIDDEN, "between us", "ill in October", "what it printed"):
        assert seen in everything
    for unseen in ("elsewhere", "ml-2026", "my laptop", alice.password):
        assert unseen not in everything


def test_what_is_held_is_not_in_the_own_copy(work, alice, ta, logged_in):
    holds.hold(work.submission.assignment, alice, Membership.objects.get(user=ta), "wait for the talk", specs.now())
    told, files = opened(logged_in(alice).get(reverse("own_copy")))
    [assignment] = told["courses"][0]["assignments"]
    assert assignment["is_held"]
    assert assignment["score"] is None
    assert assignment["by_hand"] == assignment["submissions"][0]["comments"] == []
    assert "wait for the talk" not in b"".join(files.values()).decode()


def test_a_copy_is_written_down_and_its_page_says_what_is_left_out(work, alice, logged_in):
    client = logged_in(alice)
    assert "Left out: checks that you may not see" in text_of(client.get(reverse("own_data")))
    opened(client.get(reverse("own_copy")))
    entry = Entry.objects.get(action="person.export")
    assert (entry.actor_id, entry.object, entry.after) == (alice.pk, "user alice", {"submissions": 1, "reports": 1})


def test_what_the_store_lost_is_told_and_the_rest_is_there(work, alice, logged_in):
    specs.objects()._path(work.report).unlink()
    told, files = opened(logged_in(alice).get(reverse("own_copy")))
    [submission] = told["courses"][0]["assignments"][0]["submissions"]
    assert "is missing" in submission["attempts"][0]["report_missing"]
    assert "dl-2026/linear-zero/1/line.py" in files


def test_an_empty_account_has_a_copy_too(person, logged_in):
    told, files = opened(logged_in(person("zoe")).get(reverse("own_copy")))
    assert told["courses"] == []
    assert set(files) == {"record.json", "README.txt"}


def test_more_submissions_cost_a_bounded_number_of_queries_each(course, alice, django_assert_max_num_queries):
    found = open_assignment(course)
    for k in range(12):
        graded(handed_in(found, alice, f"x = {k}\n".encode()))
    with django_assert_max_num_queries(40 + 12 * 12):
        assert write(io.BytesIO(), Sight(alice, alice, specs.now())) == {"submissions": 12, "reports": 12}
