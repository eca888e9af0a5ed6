"""The source of a submission line by line, and comments at its lines: who writes, changes and reads them, and when."""

import io
import json
import zipfile

import pytest
from django.urls import reverse

from grader.web import holds, line_comments, specs
from grader.web.models import Assignment, Attempt, Entry, LineComment, Membership
from tests.web.pages_ground import graded, handed_in, hiding, open_assignment, text_of, today, verdict

pytestmark = pytest.mark.django_db
SOURCE = b"import torch\n\ndef predict(x, W, b):\n    return '<b>bold</b>'\n"
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
    {"cell_type": "markdown", "metadata": {}, "source": ["# Why *W*\n", "Because <i>it</i> is."]},
    {"cell_type": "code", "metadata": {}, "source": "%matplotlib inline\nx = 1\n", "outputs": [], "execution_count": None}]}


@pytest.fixture
def attempt(alice, course):
    return graded(handed_in(open_assignment(course), alice, SOURCE))


@pytest.fixture
def page(attempt):
    return reverse("source", args=[attempt.pk])


@pytest.fixture
def say(ta, page, logged_in):
    client = logged_in(ta)

    def send(text="Use <W> here.", part="line.py", line=3):
        return client.post(page, {"part": part, "line": line, "text": text})
    return send


def test_every_line_has_its_number_and_is_escaped(page, alice, logged_in):
    answer = logged_in(alice).get(page)
    said = text_of(answer)
    assert "1 import torch 2 3 def predict(x, W, b): 4 return '<b>bold</b>'" in said
    assert "<b>bold" not in answer.content.decode()
    assert "no comments" in said


def test_a_notebook_is_shown_cell_by_cell_as_it_was_written(alice, ta, course, logged_in):
    attempt = graded(handed_in(open_assignment(course), alice, json.dumps(NOTEBOOK).encode(), "work.ipynb"))
    client, page = logged_in(ta), reverse("source", args=[attempt.pk])
    said = text_of(client.get(page))
    assert "Cell 1 markdown" in said
    assert "Because <i>it</i> is." in said
    assert "%matplotlib inline" in said
    assert client.post(page, {"part": "cell 1", "line": "2", "text": "Is it?"}).status_code == 302
    assert "Is it?" in text_of(logged_in(alice).get(page))


def test_files_of_a_zip_follow_one_another(alice, ta, course, logged_in):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("submission.py", "import nets\n")
        archive.writestr("nets.py", "x = 1\n")
    attempt = graded(handed_in(open_assignment(course), alice, target.getvalue(), "work.zip"))
    said = text_of(logged_in(ta).get(reverse("source", args=[attempt.pk])))
    assert "submission.py" in said
    assert "nets.py" in said


def test_a_comment_stands_at_its_line_for_its_student_too(attempt, page, say, alice, ta, logged_in):
    assert "Comment on line 3" in text_of(logged_in(ta).get(page + "?part=line.py&line=3"))
    answer = say()
    made = LineComment.objects.get()
    assert answer.url == f"{page}#comment-{made.pk}"
    assert (made.part, made.line, made.text, made.by, made.submission) == ("line.py", 3, "Use <W> here.", ta, attempt.submission)
    student = logged_in(alice).get(page)
    said = text_of(student)
    assert said.index("def predict") < said.index("Use <W> here.") < said.index("return")
    assert "Tessa" in said
    assert "Change" not in said
    assert "Source, 1 comment" in text_of(logged_in(alice).get(reverse("attempt", args=[attempt.pk])))
    assert Entry.objects.get(action="comment.write").object == "line.py, line 3, of submission 1 of user alice in linear-zero"


def test_it_stays_when_the_submission_is_graded_again(attempt, say, alice, logged_in):
    say()
    again = Attempt.objects.create(submission=attempt.submission, number=2, version=attempt.version, seed=2, created_at=today())
    graded(again, verdict("predict"))
    assert "Use <W> here." in text_of(logged_in(alice).get(reverse("source", args=[again.pk])))


def test_another_text_takes_its_place_and_both_stay_in_the_tables(page, attempt, say, instructor, alice, logged_in):
    say()
    first, client = LineComment.objects.get(), logged_in(instructor)
    address = reverse("comment", args=[attempt.pk, first.pk])
    assert "Another text in its place" in text_of(client.get(f"{page}?edit={first.pk}"))
    assert "Nothing is written yet." in text_of(client.post(address, {"text": " "}))
    assert "The comment is changed." in text_of(client.post(address, {"text": "Use b."}, follow=True))
    said = text_of(logged_in(alice).get(page))
    assert "Use b." in said
    assert "Use <W>" not in said
    second = LineComment.objects.get(replaces=first)
    assert (second.text, second.line, first.text) == ("Use b.", 3, "Use <W> here.")
    assert "changed or removed this comment meanwhile" in text_of(client.post(address, {"text": "Mine."}, follow=True))
    assert LineComment.objects.count() == 2
    entry = Entry.objects.get(action="comment.edit")
    assert (entry.before, entry.after) == ("Use <W> here.", "Use b.")


def test_it_is_removed_from_the_page_and_not_from_the_tables(page, attempt, say, ta, alice, logged_in):
    say()
    address = reverse("comment", args=[attempt.pk, LineComment.objects.get().pk])
    client = logged_in(ta)
    assert "The comment is removed." in text_of(client.post(address, {"deed": "remove"}, follow=True))
    assert "meanwhile" in text_of(client.post(address, {"deed": "remove"}, follow=True))
    assert "meanwhile" in text_of(client.post(address, {"text": "Late."}, follow=True))
    assert "Use <W>" not in text_of(logged_in(alice).get(page))
    assert LineComment.objects.get().removed_by == ta


def test_what_can_not_be_a_comment_is_refused(say):
    assert "Nothing is written yet." in text_of(say(" \n"))
    refused = say("x" * 4001)
    assert (refused.status_code, "4000 is the most" in text_of(refused)) == (422, True)
    for part, line in (("line.py", 0), ("line.py", 5), ("line.py", "x"), ("other.py", 1), ("line.py", "9" * 30)):
        assert say(part=part, line=line).status_code == 404
    assert not LineComment.objects.exists()


def test_its_student_reads_it_when_the_whole_grade_is_shown(alice, ta, course, tmp_path, logged_in):
    assignment = hiding(course, tmp_path, "few_steps", visibility="after_release")
    attempt = graded(handed_in(assignment, alice, SOURCE), verdict("predict"), verdict("few_steps", visibility="after_release"))
    page, client = reverse("source", args=[attempt.pk]), logged_in(alice)
    logged_in(ta).post(page, {"part": "line.py", "line": 1, "text": "Why torch?"})
    for where in (page, reverse("attempt", args=[attempt.pk])):
        assert "Why torch?" not in text_of(client.get(where))
        assert "1 comment" not in text_of(client.get(where))
    Assignment.objects.update(released_at=today())
    assert "Why torch?" in text_of(client.get(page))
    member = Membership.objects.get(user=ta, course=course)
    assert holds.hold(assignment, alice, member, "r", specs.now())
    assert "Why torch?" not in text_of(client.get(page))
    assert "Why torch?" in text_of(logged_in(ta).get(page))


def test_checks_for_staff_alone_keep_no_comment_back(alice, ta, course, tmp_path, logged_in):
    attempt = graded(handed_in(hiding(course, tmp_path, "few_steps", visibility="staff"), alice, SOURCE))
    page = reverse("source", args=[attempt.pk])
    logged_in(ta).post(page, {"part": "line.py", "line": 1, "text": "Why torch?"})
    assert "Why torch?" in text_of(logged_in(alice).get(page))


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "other_ta"])
def test_nobody_but_the_courses_staff_writes_changes_or_removes(who, attempt, page, say, logged_in, request):
    say()
    client, made = logged_in(request.getfixturevalue(who)), LineComment.objects.get()
    assert client.post(page, {"part": "line.py", "line": 1, "text": "x"}).status_code == 404
    assert client.post(reverse("comment", args=[attempt.pk, made.pk]), {"deed": "remove"}).status_code == 404
    assert list(line_comments.standing(attempt.submission)) == [made]


def test_a_comment_of_another_submission_is_not_found_under_an_attempt(attempt, say, bob, ta, logged_in):
    say()
    theirs = graded(handed_in(attempt.submission.assignment, bob))
    address = reverse("comment", args=[theirs.pk, LineComment.objects.get().pk])
    assert logged_in(ta).post(address, {"deed": "remove"}).status_code == 404


def test_the_page_asks_little_however_many_comments_there_are(page, say, ta, alice, logged_in, django_assert_max_num_queries):
    for line in (1, 2, 3, 4) * 5:
        say(line=line)
    for who in (ta, alice):
        client = logged_in(who)
        with django_assert_max_num_queries(11):
            assert text_of(client.get(page)).count("Use <W>") == 20
