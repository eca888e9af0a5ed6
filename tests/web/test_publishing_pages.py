"""The pages of drafts, proofs and versions: who may do what, what they say, and how little they ask of the database."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grader.web import drafts, proofs, versions
from grader.web.models import Draft, Proof, SpecVersion
from grader.web.regrades.start import versions as regradable
from grader.web.versions import Wish
from tests.web.pages_ground import handed_in, open_assignment, text_of, today
from tests.web.publishing_ground import begin, ended, proven, write, zipped

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def draft(course, instructor):
    return begin(course, instructor, "my-line")


@pytest.fixture
def client(instructor, logged_in):
    return logged_in(instructor)


@pytest.fixture
def at(course):
    return lambda name, *args: reverse(name, args=[course.slug, *args])


def hash_of(draft, path):
    return draft.files.get(path=path).content


def test_from_nothing_but_the_pages_to_a_published_assignment(client, at, course):
    answer = client.post(at("draft_start"), {"source": "shipped:linear-zero", "slug": "my-line"})
    assert answer.url == at("draft", "my-line")
    page = text_of(client.get(answer.url))
    assert "no errors" in page
    assert "Nothing proves it as it is now" in page
    asked = client.post(at("draft_prove", "my-line"))
    assert "Waiting" in text_of(client.get(asked.url))
    ended(Proof.objects.get())
    shown = text_of(client.get(asked.url))
    assert "Every example gets what it must get" in shown
    assert "zeros <everywhere>" in shown
    form = client.get(at("draft_publish", "my-line"))
    assert "Publish it though" not in text_of(form)
    said = {"opens_at": "2026-12-01T08:00", "due_at": "2026-12-08T23:59", "penalty_percent": "10", "max_attempts": "5"}
    answer = client.post(at("draft_publish", "my-line"), said)
    made = course.assignments.get(slug="my-line")
    assert answer.url == at("version", "my-line", made.version.number)
    assert (made.max_attempts, made.due_at.hour, made.due_at.minute) == (5, 23, 59)
    assert "Its proof holds" in text_of(client.get(answer.url))
    assert "in use" in text_of(client.get(at("versions", "my-line")))


def test_what_does_not_hold_is_refused_on_the_page_too(client, at, draft, instructor):
    proven(draft, instructor, holds=False)
    answer = client.post(at("draft_publish", "my-line"), {"reason": "late"})
    assert answer.status_code == 422
    assert "No proof of exactly this content holds" in text_of(answer)
    answer = client.post(at("draft_publish", "my-line"), {"reason": "the example is wrong", "override": "yes"})
    page = text_of(client.get(answer.url))
    assert "without a proof" in page
    assert "the example is wrong" in page


@pytest.mark.parametrize(("said", "wrong"), [
    ({"due_at": "tomorrow"}, "Due: time"),
    ({"opens_at": "2026-12-09T08:00", "due_at": "2026-12-08T08:00"}, "Due: it is not after"),
    ({"late_until": "2026-12-08T08:00"}, "Taken late until"), ({"penalty_percent": "101"}, "Penalty: a whole number"),
    ({"max_attempts": "0"}, "Attempts: a whole number"), ({"cooldown_s": "-1"}, "Seconds between"),
    ({"max_attempts": "9" * 30}, "Attempts: a whole number")])
def test_rules_that_cannot_be_are_named_and_kept_in_the_form(said, wrong, client, at, draft, instructor):
    proven(draft, instructor)
    answer = client.post(at("draft_publish", "my-line"), said)
    assert answer.status_code == 422
    assert wrong in text_of(answer)
    assert all(f'value="{value}"' in answer.content.decode() for value in said.values())
    assert not SpecVersion.objects.exists()


def test_a_version_worth_other_points_says_so_before_it_is_published(client, at, course, instructor):
    open_assignment(course)
    draft = begin(course, instructor)
    assert "It is worth" not in text_of(client.get(at("draft_publish", "linear-zero")))
    text = drafts.files_of(draft)["assignment.toml"].decode()
    doubled = re.sub(r"(?m)^points = (\S+)", lambda m: f"points = {2 * float(m[1]):g}", text)
    drafts.put(draft, {"assignment.toml": doubled.encode()}, by=instructor, now=today())
    assert "It is worth 20 points, the version before 10." in text_of(client.get(at("draft_publish", "linear-zero")))


def test_an_upload_says_what_it_left_out_and_what_is_wrong(client, at):
    raw = zipped({**drafts.shipped("linear-zero").files, "__MACOSX/._x": b"x"})
    answer = client.post(at("draft_start"), {"slug": "mine", "file": SimpleUploadedFile("mine.zip", raw)}, follow=True)
    assert "Left out, because systems and editors made it: __MACOSX/._x" in text_of(answer)
    answer = client.post(at("draft_start"), {"file": SimpleUploadedFile("Mine.zip", b"no zip")})
    assert (answer.status_code, "not a zip file" in text_of(answer)) == (422, True)
    assert client.post(at("draft_start"), {"source": "shipped:../.."}).status_code == 422
    assert client.post(at("draft_start"), {"source": "version:linear-zero:99999999999"}).status_code == 422
    assert client.post(at("draft_start"), {}).status_code == 422
    assert Draft.objects.count() == 1


def test_a_stale_save_shows_both_texts_and_can_be_saved_again(client, at, draft, instructor):
    seen = hash_of(draft, "statement.md")
    write(draft, "statement.md", "#", "## theirs", instructor)
    where = at("draft_save", "my-line", "statement.md")
    answer = client.post(where, {"text": "# mine\r\nis kept", "seen": seen})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "somebody else has changed it" in page
    assert "# mine\nis kept</textarea>" in page
    assert "## theirs" in page
    assert hash_of(draft, "statement.md") in page
    answer = client.post(where, {"text": "# mine", "seen": hash_of(draft, "statement.md")})
    assert answer.status_code == 302
    assert drafts.files_of(draft)["statement.md"] == b"# mine"


def test_what_is_wrong_is_said_while_it_is_written_and_nothing_is_saved(client, at, draft):
    text = drafts.files_of(draft)["assignment.toml"].decode()
    before = drafts.digest(draft)
    where = at("draft_check", "my-line", "assignment.toml")
    answer = client.post(where, {"text": text.replace("points = 2", "pionts = 2")})
    assert "did you mean points?" in text_of(answer)
    assert 'data-line="' in answer.content.decode()
    assert "no errors" in text_of(client.post(where, {"text": text}))
    assert "not TOML" in text_of(client.post(where, {"text": "= ="}))
    assert drafts.digest(draft) == before


def test_the_statement_is_shown_as_students_read_it_and_harmless(client, at, draft):
    answer = client.post(at("draft_check", "my-line", "statement.md"), {"text": f"# T\n\n**bold** $x^2$ {SCRIPT}"})
    page = answer.content.decode()
    assert "<strong>bold</strong>" in page
    assert "<math" in page
    assert SCRIPT not in page


@pytest.mark.parametrize("path", ["../x.py", "x.exe", "a/b/c/d/e/f/g.md"])
def test_no_path_leads_out_of_a_draft(path, client, at, draft):
    assert client.post(f"/courses/dl-2026/specs/drafts/my-line/check/{path}", {"text": "x"}).status_code == 404
    assert client.get(f"/courses/dl-2026/specs/drafts/my-line/files/{path}").status_code == 404
    assert client.post(f"/courses/dl-2026/specs/drafts/my-line/save/{path}", {"text": "x"}).status_code in {404, 422}
    assert len(drafts.files_of(draft)) == draft.files.count()


def test_files_are_added_uploaded_renamed_and_deleted(client, at, draft):
    assert client.post(at("draft_add", "my-line"), {"path": "examples/new/expected.toml"}).url.endswith("new/expected.toml")
    assert "already" in text_of(client.post(at("draft_add", "my-line"), {"path": "starter.py"}, follow=True))
    files = {"files": [SimpleUploadedFile("submission.py", b"x = 1\n")], "folder": "examples/new/"}
    assert "1 of 1 file changed" in text_of(client.post(at("draft_upload", "my-line"), files, follow=True))
    assert "Nothing is chosen" in text_of(client.post(at("draft_upload", "my-line"), {}, follow=True))
    bad = {"files": [SimpleUploadedFile("run.sh", b"x")]}
    assert "Nothing was uploaded" in text_of(client.post(at("draft_upload", "my-line"), bad, follow=True))
    client.post(at("draft_move", "my-line"), {"path": "examples/new/", "to": "examples/newer", "deed": "rename"})
    assert "examples/newer/submission.py" in drafts.files_of(draft)
    client.post(at("draft_move", "my-line"), {"path": "examples/newer/", "deed": "delete"})
    assert not any("new" in p for p in drafts.files_of(draft))
    client.post(at("draft_discard", "my-line"))
    assert not Draft.objects.exists()


def test_tas_read_and_do_nothing(draft, at, ta, logged_in, instructor):
    client = logged_in(ta)
    asked = proofs.ask(draft, by=instructor, now=today())
    for name, args in (("specs", ()), ("draft", ("my-line",)), ("draft_file", ("my-line", "assignment.toml")),
                       ("proof", (asked.pk,)), ("draft_zip", ("my-line",))):
        page = client.get(at(name, *args))
        assert page.status_code == 200
        posts = page.content.count(b'method="post"')
        assert posts == {"draft_zip": 0, "draft_file": 2}.get(name, 1)  # logging out, and what holds the text to read
    said = {"text": "x = 1", "seen": hash_of(draft, "starter.py")}
    assert client.post(at("draft_save", "my-line", "starter.py"), said).status_code == 404
    assert client.post(at("proof_cancel", asked.pk)).status_code == 404


def test_a_running_proof_is_shown_example_by_example_and_cancelled(client, at, draft, instructor):
    asked = proofs.ask(draft, by=instructor, now=today())
    row = proofs.claim(["cpu"], "w", today())
    proofs.tell(row, today(), {"phase": "grading every example", "done": 1, "total": 3, "told": [
        {"name": "zeros", "about": SCRIPT, "is_right": False, "holds": True, "seconds": 0.2}]})
    answer = client.get(at("proof_live", asked.pk))
    assert "Grading every example: 1 of 3" in text_of(answer)
    assert SCRIPT not in answer.content.decode()
    assert 'hx-trigger="every 2s"' in answer.content.decode()
    client.post(at("proof_cancel", asked.pk))
    answer = client.get(at("proof_live", asked.pk))
    assert "It was cancelled" in text_of(answer)
    assert "hx-get" not in answer.content.decode()


def test_a_version_leads_to_judging_again_under_it(client, at, course, draft, instructor):
    open_assignment(course)
    page = client.get(at("version", "linear-zero", 1)).content.decode()
    there = f"{at('regrade_new')}?assignment=linear-zero&amp;version=1"
    assert there in page
    assert client.get(there.replace("&amp;", "&")).status_code == 200


def test_attempts_are_not_judged_again_under_another_courses_version(client, at, course, other_course, person):
    assignment, other = open_assignment(course), person("otto", other_course, "instructor")
    theirs = begin(other_course, other)
    proven(theirs, other)
    made = versions.publish(theirs, Wish(), by=other, now=today()).version
    assert (made.slug, made.number) == (assignment.slug, 2)
    assert made not in regradable(assignment)
    answer = client.post(at("regrade_new"), {"assignment": assignment.slug, "version": "2", "choice": "all", "way": "judge"})
    assert answer.status_code == 422
    assert client.get(at("version", "linear-zero", 2)).status_code == 404


def test_pages_ask_little_however_much_there_is(client, at, course, instructor, person, draft, django_assert_max_num_queries):
    assignment = open_assignment(course)
    for k in range(60):
        handed_in(assignment, person(f"s{k}", course))
    for _ in range(12):
        proven(draft, instructor)
    for name, args, most in (("specs", (), 12), ("draft", ("my-line",), 14), ("draft_file", ("my-line", "assignment.toml"), 10),
                             ("versions", ("linear-zero",), 11), ("version", ("linear-zero", 1), 14),
                             ("proof", (Proof.objects.first().pk,), 8), ("draft_publish", ("my-line",), 12)):
        with django_assert_max_num_queries(most):
            assert client.get(at(name, *args)).status_code == 200
    assert "Page 1 of 2" in text_of(client.get(at("version", "linear-zero", 1)))
