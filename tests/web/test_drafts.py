"""Drafts: how they begin, what may lie in them, and that no editor's work is lost."""

import zipfile

import pytest

from grader.errors import GraderError
from grader.web import courses, drafts, specs
from grader.web.drafts import Stale
from grader.web.models import Draft, Entry
from tests.web.pages_ground import SHIPPED, open_assignment, today
from tests.web.publishing_ground import begin, write, zipped

pytestmark = pytest.mark.django_db
SPEC = (SHIPPED / "linear-zero" / "assignment.toml").read_bytes()


@pytest.fixture
def draft(course, instructor):
    return begin(course, instructor)


def start(course, by, origin, slug="my-exercise"):
    return drafts.start(course, slug, origin, by=by, now=today())


def text_of(draft, path):
    return drafts.files_of(draft)[path].decode()


def test_a_draft_of_a_shipped_assignment_is_that_folder(course, instructor):
    made = start(course, instructor, drafts.shipped("linear-zero"), "linear-zero")
    assert drafts.content_of(made) == specs.packed(SHIPPED / "linear-zero")
    assert drafts.digest(made) == specs.publish(SHIPPED / "linear-zero").content
    assert Entry.objects.get(action="draft.start").after["from"] == "linear-zero, as shipped"


def test_a_copy_under_another_name_has_a_title_of_its_own(course, instructor):
    made = start(course, instructor, drafts.shipped("linear-zero"))
    assert 'title = "My exercise"' in text_of(made, "assignment.toml")
    assert drafts.look(made).problems == []


def test_the_next_version_begins_as_the_one_before(course, instructor):
    version = open_assignment(course).version
    made = start(course, instructor, drafts.version(version), "linear-zero")
    assert drafts.digest(made) == version.content
    assert made.base == version


@pytest.mark.parametrize("slug", ["", "My", "a/b", "..", "a" * 81, "gradebook", "specs", "ä"])
def test_a_name_that_no_address_can_have_is_refused(slug, course, instructor):
    with pytest.raises(GraderError):
        start(course, instructor, drafts.shipped("linear-zero"), slug)
    assert not Draft.objects.exists()


def test_of_one_assignment_there_is_one_draft(course, instructor, draft):
    with pytest.raises(GraderError, match="under way"):
        begin(course, instructor)


def test_what_is_not_shipped_cannot_be_begun_from():
    for name in ("..", "nothing", "linear-zero/examples", ""):
        with pytest.raises(GraderError, match="none of this name"):
            drafts.shipped(name)


def test_an_uploaded_zip_is_a_draft_without_what_systems_left_in_it():
    files = {"mine/assignment.toml": SPEC, "mine/statement.md": b"# Mine", "mine/examples/a/expected.toml": b"right = true",
             "__MACOSX/mine/._statement.md": b"x", "mine/.DS_Store": b"x", "mine/__pycache__/a.pyc": b"x", "mine/Thumbs.db": b"x"}
    origin = drafts.uploaded("mine.zip", zipped(files))
    assert sorted(origin.files) == ["assignment.toml", "examples/a/expected.toml", "statement.md"]
    assert len(origin.left_out) == 4


@pytest.mark.parametrize(("files", "said"), [
    ({"../assignment.toml": SPEC}, "leads out of the archive"),
    ({"/etc/assignment.toml": SPEC}, "leads out of the archive"),
    ({"a\\..\\b.py": b"x", "assignment.toml": SPEC}, "leads out of the archive"),
    ({"assignment.toml": SPEC, "a/b/c/d/e/f/g.py": b"x"}, "too deep"),
    ({"statement.md": b"# Mine", "starter.py": b""}, "no assignment.toml"),
    ({"assignment.toml": SPEC, "run.sh": b"rm -rf"}, "of these kinds"),
    ({"assignment.toml": SPEC, "my file.py": b""}, "letters, digits"),
    ({"assignment.toml": b"\xff\xfe"}, "not UTF-8"),
    ({"assignment.toml": SPEC, "big.csv": b"0" * (drafts.MAX_FILE + 1)}, "allowed"),
    ({"assignment.toml": SPEC, **{f"{k}.npz": b"\0" * drafts.MAX_FILE for k in range(9)}}, "when unpacked"),
    ({"assignment.toml": SPEC, **{f"{k}.txt": b"" for k in range(drafts.MAX_FILES)}}, "more than 400 files"),
], ids=["up", "absolute", "backslash", "deep", "no-spec", "kind", "space", "utf-8", "large", "bomb", "many"])
def test_a_zip_that_is_no_folder_of_ours_is_refused_in_clear_words(files, said):
    with pytest.raises(GraderError, match=said):
        drafts.uploaded("mine.zip", zipped(files))


def test_a_link_in_a_zip_and_what_is_no_zip_are_refused():
    link = zipfile.ZipInfo("secret.py")
    link.external_attr = 0o120777 << 16
    for raw, said in ((zipped({"assignment.toml": SPEC, link: b"/etc/passwd"}), "is a link"), (b"PK nothing", "not a zip file"),
                      (b"", "not a zip file"), (b"0" * (drafts.ZIP.packed + 1), "allowed")):
        with pytest.raises(GraderError, match=said):
            drafts.uploaded("mine.zip", raw)


def test_a_stale_save_is_refused_and_says_what_is_there(draft, instructor, person, course):
    other = person("ivan", course)
    seen = draft.files.get(path="statement.md").content
    drafts.save(draft, "statement.md", b"mine", seen=seen, by=instructor, now=today())
    with pytest.raises(Stale, match="somebody else has changed it") as e:
        drafts.save(draft, "statement.md", b"theirs", seen=seen, by=other, now=today())
    assert e.value.now == b"mine"
    assert text_of(draft, "statement.md") == "mine"
    assert drafts.save(draft, "statement.md", b"mine", seen=seen, by=other, now=today()) is None  # the same: no conflict


def test_two_who_write_in_two_files_do_not_disturb_each_other(draft, instructor):
    rows = {p: draft.files.get(path=p).content for p in ("statement.md", "starter.py")}
    for path, seen in rows.items():
        assert drafts.save(draft, path, b"x = 1\n", seen=seen, by=instructor, now=today())


def test_a_file_deleted_meanwhile_is_stale_and_may_be_made_anew(draft, instructor):
    seen = draft.files.get(path="starter.py").content
    drafts.delete(draft, "starter.py", by=instructor, now=today())
    with pytest.raises(Stale) as e:
        drafts.save(draft, "starter.py", b"x = 2\n", seen=seen, by=instructor, now=today())
    assert e.value.now is None
    assert drafts.save(draft, "starter.py", b"x = 2\n", seen="", by=instructor, now=today())


def test_nothing_is_saved_in_a_draft_that_is_gone(draft, instructor):
    seen = draft.files.get(path="starter.py").content
    Draft.objects.get(pk=draft.pk).delete()
    with pytest.raises(GraderError, match="published or discarded"):
        drafts.save(draft, "starter.py", b"x", seen=seen, by=instructor, now=today())


@pytest.mark.parametrize("path", ["../x.py", "/x.py", "a//b.py", "a/../b.py", ".hidden.py", "a/.git/b.py", "x", "x.exe", "a b.py",
                                  "x\n.py", "a/b/c/d/e/f/g.py", "x" * 200 + ".py", "__pycache__/x.py", "statement.md/x.py", ""])
def test_no_file_has_a_path_that_leads_out_or_is_none_of_an_assignments(path, draft, instructor):
    with pytest.raises(GraderError):
        drafts.save(draft, path, b"x = 1\n", seen="", by=instructor, now=today())


def test_files_and_folders_are_renamed_and_deleted(draft, instructor):
    drafts.rename(draft, "examples/zeros/", "examples/nothing/", by=instructor, now=today())
    assert "examples/nothing/expected.toml" in drafts.files_of(draft)
    with pytest.raises(GraderError, match="already"):
        drafts.rename(draft, "starter.py", "statement.md", by=instructor, now=today())
    with pytest.raises(GraderError, match="already"):
        drafts.rename(draft, "starter.py", "examples/nothing/submission.py/x.py", by=instructor, now=today())
    drafts.delete(draft, "examples/nothing/", by=instructor, now=today())
    assert not any("nothing" in p for p in drafts.files_of(draft))
    with pytest.raises(GraderError, match="no such file"):
        drafts.delete(draft, "examples/nothing/", by=instructor, now=today())
    assert set(Entry.objects.values_list("action", flat=True)) == {"draft.start", "draft.rename", "draft.delete"}


def test_uploads_are_written_all_or_none(draft, instructor):
    with pytest.raises(GraderError, match="of these kinds"):
        drafts.put(draft, {"more.py": b"x = 1\n", "run.sh": b"x"}, by=instructor, now=today())
    assert "more.py" not in drafts.files_of(draft)
    assert drafts.put(draft, {"more.py": b"x = 1\n", "starter.py": drafts.files_of(draft)["starter.py"]}, by=instructor,
                      now=today()) == 1


def test_errors_are_told_all_at_once_with_their_lines(draft, instructor):
    write(draft, "assignment.toml", "points = 2", "pionts = 2\npoints = -1", instructor)
    write(draft, "examples/zeros/expected.toml", "failed", "faield", instructor)
    problems = drafts.look(draft).problems
    assert len({p.line for p in problems if p.file == "assignment.toml"}) >= 4
    assert any("did you mean points?" in p.text for p in problems)
    write(draft, "assignment.toml", "pionts = 2\npoints = -1", "points = 2", instructor)
    [wrong, *_] = drafts.look(draft).problems
    assert (wrong.file, wrong.line > 0) == ("examples/zeros/expected.toml", True)


def test_a_discarded_draft_is_gone_and_written_down(draft, instructor, course):
    drafts.discard(draft, by=instructor)
    assert not Draft.objects.exists()
    assert Entry.objects.filter(action="draft.discard", course=course, object="linear-zero").count() == 1


def test_the_words_of_these_pages_are_no_names_of_assignments():
    assert {"specs", "clone"} <= set(courses.RESERVED)
