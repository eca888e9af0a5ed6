"""Handing in by API: both forms, once each, and a clear word for everything that isn't taken."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from grader.web import specs
from grader.web.models import Attempt, Membership, Submission
from tests.web.api.conftest import RIGHT, WORK

pytestmark = pytest.mark.django_db


def upload(program, name, raw, field="file", **headers):
    headers |= {"Authorization": f"Bearer {program.token}"}
    return program.client.post(f"{WORK}/submissions", {field: SimpleUploadedFile(name, raw)}, headers=headers)


def test_a_file_is_handed_in_and_waits(program, alice, work):
    answer = upload(program(alice), "mine.py", RIGHT.read_bytes())
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["place"], told["score"]) == ("queued", 1, None)
    assert (told["submission"]["name"], told["submission"]["channel"]) == ("mine.py", "api")
    assert specs.objects().get(told["submission"]["sha256"]) == RIGHT.read_bytes()


def test_json_and_a_zip_are_as_good_as_a_file(program, alice, work):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("submission.py", RIGHT.read_text())
    assert program(alice).hand_in().status_code == 201
    assert upload(program(alice), "mine.zip", packed.getvalue()).status_code == 201


def test_the_same_key_hands_in_once(program, alice, bob, work):
    first = program(alice).hand_in(**{"Idempotency-Key": "k1"})
    again = program(alice).hand_in(**{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 200, again.json()["id"])
    assert program(bob).hand_in(**{"Idempotency-Key": "k1"}).status_code == 201  # keys are everybody's own
    assert Submission.objects.count() == 2


def test_a_key_used_again_for_something_else_is_refused(program, alice, work, refuses):
    program(alice).hand_in(**{"Idempotency-Key": "k1"})
    refuses(program(alice).hand_in("other = 1\n", **{"Idempotency-Key": "k1"}), 409, "key_reused")


@pytest.mark.parametrize("key", ["", "two words", "k" * 65, "\u00fc"])
def test_a_bad_key_is_refused(program, alice, work, refuses, key):
    problem = refuses(program(alice).hand_in(**{"Idempotency-Key": key}), 422, "invalid")
    assert problem["errors"][0]["where"] == "header.Idempotency-Key"
    assert not Submission.objects.exists()


@pytest.mark.parametrize(("name", "raw", "said"), [
    ("picture.py", b"\x89PNG\r\n\x1a\n\x00\xff", "UTF-8"), ("thesis.pdf", b"%PDF-1.7", "hand in a .py"),
    ("empty.py", b"", "empty"), ("broken.py", b"def train(:\n", "line 1"), ("large.py", b"x = 1\n" * 60_000, "allowed"),
    ("none.ipynb", b'{"cells": [], "nbformat": 4}', "none.ipynb"), ("no.ipynb", b"[1", "no.ipynb"), ("no.zip", b"PK", "no.zip")])
def test_a_file_that_cannot_be_graded_is_refused(program, alice, work, refuses, name, raw, said):
    assert said in refuses(upload(program(alice), name, raw), 422, "bad_file")["detail"]
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("name", ["../x.py", "a/b.py", "x\x00.py", "n" * 260 + ".py", "\u202eyp.py"])
def test_a_name_that_is_no_plain_name_is_refused(program, alice, work, refuses, name):
    answer = program(alice).hand_in(name=name)
    assert answer.json()["code"] in {"bad_name", "bad_file", "invalid"}
    refuses(answer, 422, answer.json()["code"])


def test_a_name_with_markup_is_only_a_name(program, alice, work):
    name = '<img src=x onerror="alert(1)">.py'
    attempt = program(alice).hand_in(name=name).json()
    assert attempt["submission"]["name"] == name
    answer = program(alice).get(f"attempts/{attempt['id']}/submission")
    assert answer.content == RIGHT.read_bytes()
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Content-Disposition"][:10]) == ("nosniff", "attachment")


@pytest.mark.parametrize(("body", "where"), [({}, "body.name"), ({"name": "x.py"}, "body.content"), ([], "body"),
                                             ({"name": "x.py", "content": 3}, "body.content")])
def test_a_body_that_is_wrong_says_which_field(program, alice, work, refuses, body, where):
    problem = refuses(program(alice).post(f"{WORK}/submissions", body), 422, "invalid")
    assert where in [e["where"] for e in problem["errors"]]


def test_other_forms_of_a_body_are_refused(program, alice, work, refuses):
    found = program(alice)
    headers = {"Authorization": f"Bearer {found.token}"}
    refuses(found.client.generic("POST", f"{WORK}/submissions", b"x = 1", "text/plain", headers=headers), 415, "bad_type")
    refuses(found.client.generic("POST", f"{WORK}/submissions", b"{", "application/json", headers=headers), 422, "invalid")
    refuses(found.client.generic("POST", f"{WORK}/submissions", b"x", "multipart/form-data", headers=headers), 400, "bad_request")
    refuses(upload(found, "mine.py", b"x = 1", field="document"), 422, "invalid")


def test_a_second_after_the_deadline_nothing_is_taken(program, alice, work, refuses):
    work.late_until = work.due_at = specs.now() - timedelta(seconds=1)
    work.save()
    assert "The deadline was" in refuses(program(alice).hand_in(), 409, "closed")["detail"]
    assert not Submission.objects.exists()


def test_before_it_opens_nothing_is_taken_and_nothing_told(program, alice, work, refuses):
    work.opens_at = specs.now() + timedelta(days=1)
    work.save()
    refuses(program(alice).hand_in(), 409, "not_open")
    refuses(program(alice).get(f"{WORK}/statement"), 409, "not_open")


def test_used_attempts_and_the_cool_down_are_told_apart(program, alice, work, refuses):
    work.cooldown_s = 600
    work.save()
    program(alice).hand_in()
    answer = program(alice).hand_in()
    refuses(answer, 429, "cooldown")
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    work.max_attempts = 1
    work.save()
    refuses(program(alice).hand_in(), 409, "no_attempts_left")
    told = program(alice).get(WORK).json()
    assert (told["attempts_left"], told["refusal"]["code"]) == (0, "no_attempts_left")


def test_a_full_queue_and_a_rush_say_when_to_come_again(program, alice, work, refuses):
    found = program(alice)
    assert [found.hand_in().status_code for _ in range(7)] == [201] * 7
    answer = found.hand_in()
    refuses(answer, 429, "queue_full")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("path", [WORK, f"{WORK}/statement", f"{WORK}/starter", f"{WORK}/attempts", "courses/dl-2026/assignments",
                                  "courses/dl-2026/grades/mine"])
def test_a_course_that_is_not_ones_own_is_not_there(program, carol, work, refuses, path):
    refuses(program(carol).get(path), 404, "not_found")


def test_nobody_hands_in_to_another_course(program, carol, alice, work, refuses):
    refuses(program(carol).hand_in(), 404, "not_found")
    Membership.objects.filter(user=alice).update(is_active=False)
    refuses(program(alice).hand_in(), 404, "not_found")


def test_statement_and_starter_are_what_the_folder_has(program, alice, work):
    folder = specs.folder_of(work.version)
    assert program(alice).get(f"{WORK}/statement").content == (folder / "statement.md").read_bytes()
    answer = program(alice).get(f"{WORK}/starter")
    assert answer.content == (folder / "starter.py").read_bytes()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="linear-zero-starter.py"'
