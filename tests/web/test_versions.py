"""Publishing: only what has proven itself, or what an instructor takes on themselves; versions and who knows of them."""

import pytest
from django.urls import reverse

from grader.errors import GraderError
from grader.web import courses, drafts, own_code, proofs, specs, versions
from grader.web.models import Assignment, Attempt, Draft, Entry, Publication, SpecVersion
from grader.web.versions import Wish
from tests.web.pages_ground import SHIPPED, handed_in, open_assignment, today
from tests.web.publishing_ground import begin, proven, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(course, instructor):
    return begin(course, instructor, "my-line")


def publish(draft, by, **said):
    return versions.publish(draft, Wish(**said), by=by, now=today())


def test_a_proven_draft_becomes_an_assignment_with_its_dates(draft, course, instructor):
    proof = proven(draft, instructor)
    rules = courses.Rules(due_at=today(), max_attempts=3)
    made = publish(draft, instructor, rules=rules)
    assert (made.slug, made.title, made.max_attempts, made.due_at) == ("my-line", "My line", 3, rules.due_at)
    publication = Publication.objects.get()
    assert (publication.version, publication.by, publication.proof, publication.is_override) == (
        made.version, instructor, proof, False)
    assert made.version.created_by == instructor
    assert not Draft.objects.exists()
    assert specs.folder(made.version).slug == "my-line"
    assert {"spec.publish", "assignment.set"} <= set(Entry.objects.values_list("action", flat=True))


def test_what_is_not_proven_is_not_published_unless_somebody_says_why(draft, course, instructor):
    with pytest.raises(GraderError, match="No proof"):
        publish(draft, instructor)
    proven(draft, instructor, holds=False)
    with pytest.raises(GraderError, match="No proof"):
        publish(draft, instructor, reason="it is late")
    with pytest.raises(GraderError, match="Say why"):
        publish(draft, instructor, is_override=True)
    assert not SpecVersion.objects.exists()
    made = publish(draft, instructor, is_override=True, reason="the example is wrong, not the check")
    publication = made.version.publications.get()
    assert publication.is_override
    assert not publication.proof.holds
    entry = Entry.objects.get(action="spec.override")
    assert (entry.actor_name, entry.role, entry.reason) == ("ines", "instructor", "the example is wrong, not the check")


def test_an_edit_after_the_proof_makes_it_void(draft, instructor):
    proven(draft, instructor)
    write(draft, "statement.md", "#", "##", instructor)
    with pytest.raises(GraderError, match="No proof of exactly this"):
        publish(draft, instructor)


def test_a_folder_with_errors_is_not_published_by_anybody(draft, instructor):
    write(draft, "assignment.toml", "points = 2", "pionts = 2", instructor)
    with pytest.raises(GraderError, match="unknown key"):
        publish(draft, instructor, is_override=True, reason="never mind")
    assert (Draft.objects.count(), SpecVersion.objects.count(), Assignment.objects.count()) == (1, 0, 0)


def test_a_new_version_changes_what_grades_next_and_nothing_that_is_graded(course, alice, instructor):
    assignment = open_assignment(course, penalty_percent=10, max_attempts=4)
    old = handed_in(assignment, alice)
    draft = drafts.start(course, "linear-zero", drafts.version(assignment.version), by=instructor, now=today())
    write(draft, "statement.md", "#", "##", instructor)
    proven(draft, instructor)
    with pytest.raises(GraderError, match="Say why"):
        publish(draft, instructor)
    after = publish(draft, instructor, reason="clearer words")
    assert (after.pk, after.penalty_percent, after.max_attempts, after.due_at) == (
        assignment.pk, 10, 4, assignment.due_at)
    assert handed_in(after, alice, b"def predict(x, W, b):\n    return x\n").version == after.version
    assert Attempt.objects.get(pk=old.pk).version == assignment.version
    entry = Entry.objects.get(action="assignment.version")
    assert (entry.before, entry.after, entry.reason) == (1, 2, "clearer words")
    [new, first] = versions.listed(course, "linear-zero")
    assert (new.attempts, new.students, first.attempts, new.publication.reason) == (1, 1, 1, "clearer words")
    [change] = versions.changes(first.version, specs.files_of(new.version))
    assert change.name == "statement.md"
    assert change.added == change.removed > 0


def test_another_course_learns_nothing_of_a_version(draft, course, other_course, instructor):
    proven(draft, instructor)
    made = publish(draft, instructor).version
    shipped = specs.publish(SHIPPED / "linear-zero")
    assert set(versions.of_course(course)) == {made, shipped}
    assert set(versions.of_course(other_course)) == {shipped}
    Assignment.objects.create(course=other_course, slug=made.slug, title="x", version=made)  # as a clone has it
    assert set(versions.of_course(other_course)) == {made, shipped}


def test_what_is_published_as_it_was_shipped_is_the_shipped_version(course, other_course, instructor):
    shipped = specs.publish(SHIPPED / "linear-zero")
    draft = drafts.start(course, "linear-zero", drafts.shipped("linear-zero"), by=instructor, now=today())
    proven(draft, instructor)
    assert publish(draft, instructor).version == shipped
    assert shipped in versions.of_course(other_course)


def test_what_is_published_again_stays_the_courses_own(draft, course, other_course, instructor):
    files = drafts.files_of(draft)
    proven(draft, instructor)
    first = publish(draft, instructor).version
    again = drafts.start(course, "my-line", drafts.Origin(files, first), by=instructor, now=today())
    assert publish(again, instructor, reason="the same").version == first
    assert not versions.of_course(other_course).filter(slug="my-line").exists()


def test_python_that_runs_outside_boxes_is_named_and_may_be_kept_out(course, instructor, settings, logged_in):
    draft = begin(course, instructor, "by-hand-xor", "xor-by-hand", only=("torch", "zeros"))
    assert own_code.brought(drafts.files_of(draft)) == []
    write(draft, "reference.py", "import", "import os\nimport", instructor)
    drafts.put(draft, {"conftest.py": b"x = 1\n"}, by=instructor, now=today())
    assert own_code.brought(drafts.files_of(draft)) == ["conftest.py", "reference.py"]
    page = logged_in(instructor).get(reverse("draft_publish", args=[course.slug, draft.slug])).content.decode()
    assert "<code>reference.py</code>" in page
    settings.GRADER = settings.GRADER.model_copy(update={"own_code": "shipped"})
    for deed in (lambda: proofs.ask(draft, by=instructor, now=today()),
                 lambda: publish(draft, instructor, is_override=True, reason="never mind")):
        with pytest.raises(GraderError, match="outside the sandbox"):
            deed()


def test_an_earlier_version_can_be_set_again(course, instructor):
    assignment = open_assignment(course)
    first = assignment.version
    draft = drafts.start(course, "linear-zero", drafts.version(first), by=instructor, now=today())
    write(draft, "statement.md", "#", "##", instructor)
    proven(draft, instructor)
    after = publish(draft, instructor, reason="new")
    assert versions.use(after, first, by=instructor, reason="the new one is wrong").version == first
    with pytest.raises(GraderError, match="another assignment"):
        versions.use(after, specs.publish(SHIPPED / "logistic"), by=instructor, reason="x")


def test_a_draft_that_is_published_twice_at_once_is_published_once(draft, instructor):
    proven(draft, instructor)
    publish(draft, instructor)
    with pytest.raises(GraderError):
        publish(draft, instructor)
    assert SpecVersion.objects.count() == 1
