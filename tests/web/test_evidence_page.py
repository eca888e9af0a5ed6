"""The evidence of an attempt, for staff: every array in words and as a file, whatever a student's program made of it."""

import csv
import io

import numpy as np
import pytest
from django.urls import reverse

from grader.evidence import pack_arrays
from grader.web import kept_runs, specs
from grader.web.models import Attempt
from tests.web.evidence_ground import ARRAYS, FRAMES, head, with_evidence
from tests.web.pages_ground import graded, handed_in, open_assignment, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(alice, course):
    return with_evidence(graded(handed_in(open_assignment(course), alice)))


@pytest.fixture
def save(attempt, ta, logged_in):
    client = logged_in(ta)
    usual = {"run": 0, "probe": "trained", "name": "W"}
    return lambda **asked: client.get(reverse("evidence_array", args=[attempt.pk]), usual | asked)


def test_every_array_is_told_with_shape_type_ends_and_first_values(attempt, ta, logged_in):
    said = text_of(logged_in(ta).get(reverse("evidence", args=[attempt.pk])))
    assert "W (2, 1) float32 -2.25 1.5 1.5, -2.25 .npy" in said
    assert "costs (4,) float64 0.25 0.5 2 not finite 0.5, nan, inf, 0.25 .npy" in said
    assert "empty (0, 3) float64" in said
    assert "on () bool 1 1 1 .npy" in said
    assert "n (12,) int64 0 11 0, 1, 2, 3, 4, 5, 6, 7 … .npy" in said


def test_what_went_wrong_and_what_was_not_asked_for_is_told_and_escaped(attempt, ta, logged_in):
    answer = logged_in(ta).get(reverse("evidence", args=[attempt.pk]))
    said = text_of(answer)
    assert "predicted raised" in said
    assert "ValueError: <b>no</b>" in said
    assert "<b>no</b>" not in answer.content.decode()
    assert "forged not in order" in said
    assert "left nothing silent" in said
    assert "2 frames, not read" in said
    assert "\\x1b[31mred" in said
    assert "123,456 bytes" in said
    assert "fork 0.006 s" in said
    assert "412 MB of 1024 MB" in said


def test_an_array_is_saved_as_it_is(save):
    answer = save(form="npy")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    found = np.load(io.BytesIO(answer.content), allow_pickle=False)
    assert (found.dtype, found.tolist()) == (np.float32, [[1.5], [-2.25]])
    rows = list(csv.reader(io.StringIO(save(form="csv").content.decode())))
    assert rows == [["1.5"], ["-2.25"]]
    assert save(form="csv", name="on").content == b"True\r\n"
    assert save(form="csv", name="empty").content == b""
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(np.load(io.BytesIO(save(form="npy", name=name).content)), array)


@pytest.mark.parametrize("asked", [{"run": 1}, {"run": "x"}, {"run": "9" * 30}, {"probe": "predicted"}, {"probe": "forged"},
                                   {"probe": "of no round"}, {"name": "b"}, {"name": "../W"}])
def test_what_is_not_there_leads_back(asked, save, attempt):
    answer = save(**asked)
    assert (answer.status_code, answer.url) == (302, reverse("evidence", args=[attempt.pk]))


def test_a_large_array_comes_as_numpys_file_alone(attempt, ta, save, logged_in, monkeypatch):
    monkeypatch.setattr("grader.web.views.staff.attempt.MOST_CELLS", 10)
    assert save(form="csv", name="n").status_code == 302
    assert save(form="npy", name="n").status_code == 200
    body = logged_in(ta).get(reverse("evidence", args=[attempt.pk])).content.decode()
    assert "name=n&amp;form=csv" not in body
    assert "name=W&amp;form=csv" in body


def test_what_was_pruned_or_damaged_says_so(attempt, ta, logged_in, save):
    name = attempt.manifest["runs"][0]["content"]
    (specs.objects().root / name[:2] / name[2:]).unlink()
    said = text_of(logged_in(ta).get(reverse("evidence", args=[attempt.pk])))
    assert "It can't be read any more" in said
    assert save(form="npy").status_code == 302


def test_an_attempt_without_evidence_says_why(alice, ta, course, logged_in):
    waiting = handed_in(open_assignment(course, "logistic"), alice)
    assert "It is still being graded." in text_of(logged_in(ta).get(reverse("evidence", args=[waiting.pk])))
    Attempt.objects.filter(pk=waiting.pk).update(state="cancelled")
    assert "left no evidence" in text_of(logged_in(ta).get(reverse("evidence", args=[waiting.pk])))


def test_its_student_does_not_get_it(attempt, alice, logged_in):
    client = logged_in(alice)
    assert client.get(reverse("evidence", args=[attempt.pk])).status_code == 404
    asked = {"run": 0, "probe": "trained", "name": "W"}
    assert client.get(reverse("evidence_array", args=[attempt.pk]), asked).status_code == 404
    assert "evidence" not in client.get(reverse("attempt", args=[attempt.pk])).content.decode().lower()


def test_a_name_full_of_signs_stays_a_name(alice, ta, course, logged_in):
    name = '"><script>&run=7#/../x'
    frames = [(head("p"), pack_arrays({name: np.ones(2)}))]
    attempt = with_evidence(graded(handed_in(open_assignment(course), alice)), frames, ["p"])
    answer = logged_in(ta).get(reverse("evidence", args=[attempt.pk]))
    assert "<script>&run" not in answer.content.decode()
    saved = logged_in(ta).get(reverse("evidence_array", args=[attempt.pk]), {"run": 0, "probe": "p", "name": name})
    assert saved.headers["Content-Disposition"].count('"') == 2


def test_nothing_is_believed_of_a_frame(attempt):
    [run] = kept_runs.runs(attempt)
    assert [p.header.probe for p in run.probes] == ["trained", "predicted", "forged"]
    assert (run.nothing, run.surplus, len(FRAMES)) == (["silent"], 2, 5)


def test_the_page_asks_little(attempt, ta, logged_in, django_assert_max_num_queries):
    client = logged_in(ta)
    with django_assert_max_num_queries(6):
        client.get(reverse("evidence", args=[attempt.pk]))
