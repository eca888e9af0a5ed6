"""Handing in on the page, and every kind of bad input: a clear answer at the form, and nothing half kept."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grader.web import specs
from grader.web.models import Assignment, Attempt, Submission
from tests.web.pages_ground import SOURCE, graded, handed_in, open_assignment, page_of, text_of, today

pytestmark = pytest.mark.django_db
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
    {"cell_type": "code", "source": ["x = 1\n"], "metadata": {}, "outputs": [], "execution_count": None}]}


@pytest.fixture
def task(course):
    return open_assignment(course)


@pytest.fixture
def send(alice, task, logged_in):
    """Hand in by the form as alice; gives the answer."""
    client = logged_in(alice)

    def post(content=None, name="line.py", text="", key="k1", **more):
        file = {} if content is None else {"file": SimpleUploadedFile(name, content)}
        return client.post(page_of(task), {"text": text, "key": key} | file | more)
    return post


def assert_refused(answer, *said):
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Not handed in." in page
    for words in said:
        assert words in page
    assert not Submission.objects.exists()


def test_a_file_becomes_an_attempt_and_its_page_is_shown(send, alice):
    answer = send(SOURCE)
    attempt = Attempt.objects.get()
    assert answer.status_code == 302
    assert answer.url == reverse("attempt", args=[attempt.pk])
    assert (attempt.submission.name, attempt.submission.user, attempt.submission.size) == ("line.py", alice, len(SOURCE))


@pytest.mark.parametrize(("text", "name"), [
    (SOURCE.decode(), "pasted.py"), (json.dumps(NOTEBOOK), "pasted.ipynb"), ("{'cells': 1}\n", "pasted.py")])
def test_pasted_text_is_seen_to_be_a_program_or_a_notebook(text, name, send):
    assert send(text=text).status_code == 302
    assert Submission.objects.get().name == name


def test_line_ends_of_a_pasted_program_are_those_of_a_file(send):
    send(text="x = 1\r\ny = 2\r\n")
    assert specs.objects().get(Submission.objects.get().content) == b"x = 1\ny = 2\n"


def test_a_double_click_is_one_submission(send):
    assert send(SOURCE).url == send(SOURCE).url
    assert Submission.objects.count() == 1


def test_another_file_from_the_same_form_is_another_submission(send):
    send(SOURCE)
    send(SOURCE + b"# better\n")
    assert Submission.objects.count() == 2


def test_the_same_file_from_a_form_loaded_anew_is_another_submission(send):
    send(SOURCE)
    send(SOURCE, key="k2")
    assert Submission.objects.count() == 2


def test_every_form_has_a_key_of_its_own(alice, task, logged_in):
    client = logged_in(alice)
    first, second = (client.get(page_of(task)).content.decode().partition('name="key" value="')[2][:32] for _ in range(2))
    assert len(set(first)) > 5
    assert first != second


def test_nothing_chosen_is_said_at_the_form(send):
    assert_refused(send(), "Nothing is chosen yet")


def test_a_file_and_pasted_code_at_once_are_refused_and_the_code_is_kept(send):
    answer = send(SOURCE, text="x = 1  # <mine>")
    assert_refused(answer, "A file is chosen and code is pasted")
    assert "x = 1  # &lt;mine&gt;</textarea>" in answer.content.decode()


def test_a_syntax_error_in_pasted_code_is_named_and_the_code_is_kept(send):
    answer = send(text="def f(:\n    pass\n")
    assert_refused(answer, "line 1")
    assert "def f(:" in answer.content.decode()


def test_a_wrong_file_type_is_refused(send):
    assert_refused(send(b"%PDF-1.4", "essay.pdf"), "hand in a .py file, a .ipynb notebook, or a .zip of them")


def test_a_binary_renamed_to_py_is_refused(send):
    assert_refused(send(bytes(range(256)) * 8), "line.py")


def test_a_notebook_without_code_is_refused(send):
    empty = json.dumps(NOTEBOOK | {"cells": [{"cell_type": "markdown", "source": ["# Notes"], "metadata": {}}]})
    assert_refused(send(empty.encode(), "notes.ipynb"), "notes.ipynb")


def test_a_notebook_that_is_no_json_is_refused(send):
    assert_refused(send(b"x = 1\n", "notes.ipynb"), "notes.ipynb")


def test_an_empty_file_is_refused(send):
    assert_refused(send(b""))


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>.pdf", "<b>bold</b>.pdf", "'\"><script>alert(1)</script>.pdf"])
def test_markup_in_a_refused_files_name_is_text(name, send):
    answer = send(b"x = 1\n", name)
    assert_refused(answer)
    assert not {"<img src=x", "<b>bold", "<script>alert"} & set(answer.content.decode().split("\n"))
    assert "<script>alert" not in answer.content.decode()
    assert "<img src=x" not in answer.content.decode()


def test_markup_in_a_kept_files_name_is_text_wherever_it_is_shown(send, alice, task, logged_in):
    send(SOURCE, "<i>a&b</i>.py")
    kept = Submission.objects.get()
    for address in (page_of(task), reverse("attempt", args=[kept.attempts.get().pk])):
        assert "<i>a" not in logged_in(alice).get(address).content.decode()


@pytest.mark.parametrize("name", ["../../etc/cron.d/x.py", "..\\..\\x.py", "/abs/x.py"])
def test_path_parts_of_a_files_name_are_cut_off(name, send):
    assert send(SOURCE, name).status_code == 302
    assert Submission.objects.get().name == "x.py"


def test_a_second_after_the_deadline_is_refused_with_both_times(send, task):
    Assignment.objects.filter(pk=task.pk).update(due_at=today() - timedelta(seconds=1))
    assert_refused(send(SOURCE), "The deadline was")


def test_a_closed_assignment_says_so_in_place_of_the_form(alice, task, logged_in):
    Assignment.objects.filter(pk=task.pk).update(due_at=today() - timedelta(seconds=1))
    answer = logged_in(alice).get(page_of(task))
    assert "The deadline was" in text_of(answer)
    assert 'type="file"' not in answer.content.decode()


def test_no_attempts_left_is_said(send, alice, task):
    Assignment.objects.filter(pk=task.pk).update(max_attempts=1)
    task.refresh_from_db()
    graded(handed_in(task, alice))
    answer = send(SOURCE)
    assert answer.status_code == 422
    assert "All 1 attempts are used" in text_of(answer)


def test_a_session_that_ended_leads_to_the_login_and_back_with_a_word_about_what_was_sent(task, client):
    answer = client.post(page_of(task), {"text": "x = 1", "key": "k"})
    assert answer.status_code == 302
    assert answer.url == f"{reverse('login')}?next=/"
    assert not Submission.objects.exists()


def test_after_a_lost_session_the_way_back_is_the_page_the_form_stood_on(task, client, alice, logged_in):
    page = "http://testserver" + page_of(task)
    answer = client.post(page_of(task), {"text": "x = 1"}, headers={"Referer": page})
    assert answer.url == f"{reverse('login')}?next={page_of(task)}"
    client.force_login(alice)
    assert "nothing of what you sent was kept" in text_of(client.get(page_of(task)))


def test_the_way_back_is_never_another_site(task, client):
    answer = client.post(page_of(task), {"text": "x"}, headers={"Referer": "https://evil.example/login"})
    assert "evil" not in answer.url


def test_upload_without_csrf_token_is_refused_on_a_page_that_says_what_to_do(alice, task, logged_in):
    answer = logged_in(alice, asks_for_tokens=True).post(page_of(task), {"text": "x = 1"})
    assert answer.status_code == 403
    assert "Go back, load the page again and send it once more." in text_of(answer)
    assert not Submission.objects.exists()


def test_a_pasted_text_over_the_limit_is_answered_with_413(send):
    answer = send(text="x" * (11 << 20))
    assert answer.status_code == 413
    assert "At most 10 MB" in text_of(answer)
    assert not Submission.objects.exists()


def test_too_many_fields_are_answered_with_413(send):
    assert send(SOURCE, **{f"f{k}": "1" for k in range(1100)}).status_code == 413
