"""The queue of proofs: claimed once, fenced, given back, cancelled; and of which content a proof is."""

from datetime import timedelta

import pytest

from grader import archive
from grader.errors import GraderError
from grader.web import drafts, proofs, specs
from grader.web.models import Entry, Proof
from tests.web.pages_ground import today
from tests.web.publishing_ground import begin, ended, proven, write

pytestmark = pytest.mark.django_db
OTHER = '{"bands": "of another kind"}'


@pytest.fixture
def draft(course, instructor):
    return begin(course, instructor)


def ask(draft, by, **what):
    return proofs.ask(draft, by=by, now=today(), **what)


def test_a_proof_is_of_exactly_what_it_proved(draft, course, instructor):
    done = proven(draft, instructor)
    assert (done.state, done.holds, done.proven) == ("done", True, drafts.digest(draft))
    assert proofs.holding(course, draft.slug, drafts.digest(draft)) == done
    write(draft, "statement.md", "#", "##", instructor)
    assert proofs.holding(course, draft.slug, drafts.digest(draft)) is None


def test_a_proof_that_does_not_hold_proves_nothing(draft, course, instructor):
    done = proven(draft, instructor, holds=False)
    assert (done.holds, done.proven) == (False, "")
    assert proofs.holding(course, draft.slug, drafts.digest(draft)) is None


def test_bands_that_a_proof_measured_belong_to_what_it_proved(draft, course, instructor):
    done = proven(draft, instructor, calibration=OTHER)
    assert drafts.files_of(draft)["calibration.json"] == OTHER.encode()
    assert done.proven == drafts.digest(draft) != done.content
    assert archive.unpacked(specs.objects().get(done.proven)) == drafts.files_of(draft)


def test_what_was_edited_while_it_was_proven_is_not_proven(draft, course, instructor):
    asked = ask(draft, instructor)
    write(draft, "statement.md", "#", "##", instructor)
    done = ended(asked, calibration=OTHER)
    assert done.holds
    assert proofs.holding(course, draft.slug, drafts.digest(draft)) is None


def test_a_proof_of_another_course_or_assignment_proves_nothing_here(draft, course, other_course, instructor):
    proven(draft, instructor)
    assert proofs.holding(other_course, draft.slug, drafts.digest(draft)) is None
    assert proofs.holding(course, "another", drafts.digest(draft)) is None


def test_one_claimant_gets_it_and_the_oldest_goes_first(draft, course, instructor):
    first = ask(draft, instructor)
    second = ask(begin(course, instructor, "other"), instructor)
    assert proofs.claim(["gpu"], "w", today()) is None
    assert [proofs.claim(["cpu"], "w", today()).pk for _ in range(2)] == [first.pk, second.pk]
    assert proofs.claim(["cpu"], "w", today()) is None


def test_a_worker_that_lost_its_lease_writes_nothing(draft, instructor):
    ask(draft, instructor)
    lost = proofs.claim(["cpu"], "one", today())
    assert proofs.expire(today()) == 0
    assert proofs.expire(today() + timedelta(seconds=proofs.LEASE_S + 1)) == 1
    again = proofs.claim(["cpu"], "two", today())
    assert not proofs.tell(lost, today(), {"done": 3})
    assert not proofs.give_back(lost, "late", today())
    ended_report = proofs.ProofReport()
    assert not proofs.finish(lost, today(), ended_report, OTHER)
    assert proofs.tell(again, today(), {"done": 1, "total": 4, "told": [{"name": "zeros"}]})
    row = Proof.objects.get()
    assert (row.tries, row.done, row.worker) == (2, 1, "two")
    assert "calibration.json" not in {f for f in drafts.files_of(draft) if drafts.files_of(draft)[f] == OTHER.encode()}


def test_after_three_faults_of_ours_it_is_broken_and_may_be_asked_for_again(draft, instructor):
    ask(draft, instructor)
    for _ in range(proofs.MAX_TRIES):
        assert proofs.give_back(proofs.claim(["cpu"], "w", today()), "no engine", today())
    row = Proof.objects.get()
    assert (row.state, row.because, row.holds) == ("broken", "no engine", None)
    assert ask(draft, instructor).state == "queued"


def test_a_cancelled_proof_is_its_workers_no_more(draft, instructor):
    ask(draft, instructor)
    row = proofs.claim(["cpu"], "w", today())
    assert proofs.cancel(row, by=instructor, now=today())
    assert not proofs.tell(row, today(), {"done": 3})
    assert not proofs.cancel(row, by=instructor, now=today())
    assert Entry.objects.filter(action="proof.cancel").count() == 1


def test_the_same_is_not_proven_twice_at_once_and_a_course_has_three_under_way(draft, course, instructor):
    ask(draft, instructor)
    with pytest.raises(GraderError, match="already"):
        ask(draft, instructor)
    for slug in ("b", "c"):
        ask(begin(course, instructor, slug), instructor)
    with pytest.raises(GraderError, match="cancel one"):
        ask(begin(course, instructor, "d"), instructor)


def test_a_folder_with_errors_is_not_proven(draft, instructor):
    write(draft, "assignment.toml", "points = 2", "pionts = 2", instructor)
    with pytest.raises(GraderError, match="error"):
        ask(draft, instructor)
    assert not Proof.objects.exists()


def test_what_needs_a_gpu_is_proven_where_there_is_one(draft, instructor):
    write(draft, "assignment.toml", "[limits]\n", '[limits]\ngpu = "required"\n', instructor)
    assert ask(draft, instructor).queue == "gpu"
    assert proofs.queue_name("gpu") == "gpu.proofs"


def test_a_report_that_is_damaged_is_none(draft, instructor):
    done = proven(draft, instructor)
    assert proofs.report_of(done).examples[1].about == "zeros <everywhere>"
    done.report = specs.objects().put(b"{")
    assert proofs.report_of(done) is None
    done.report = "0" * 64
    assert proofs.report_of(done) is None


def test_all_of_it_stands_in_the_audit_log(draft, instructor):
    proven(draft, instructor)
    assert list(Entry.objects.order_by("pk").values_list("action", "actor_name")) == [
        ("draft.start", "ines"), ("proof.ask", "ines"), ("proof.end", "the service")]
