"""Choosing attempts and grading them again: what counts stays, what differs is found, and no worker's end loses anything."""

import shutil
from contextlib import contextmanager
from datetime import timedelta

import pytest

from grader.errors import GraderError
from grader.web import grades, queue, specs
from grader.web.models import Attempt, Counted, Entry, Membership, Publication, Regrade, RegradeItem, SpecVersion, Submission
from grader.web.regrades import claims, preview, promotion, start
from grader.web.regrades.claims import CHUNK, MAX_TRIES, Finding
from tests.web.pages_ground import handed_in, today
from tests.web.regrade.conftest import RIGHT, version

pytestmark = pytest.mark.django_db


def outcomes(regrade):
    return {(i.old.submission.user.username, i.old.submission.number): (i.state, i.outcome, i.old_score, i.new_score)
            for i in regrade.items.select_related("old__submission__user")}


def states(regrade):
    return {key: state for key, (state, *_) in outcomes(regrade).items()}


def scores(course):
    return {s.user.username: s.total for s in grades.of_all(course)}


@contextmanager
def lost(*names):
    """Take objects away for a while, as pruning or a broken disk would."""
    paths = {p: p.read_bytes() for p in (specs.objects().root / n[:2] / n[2:] for n in names)}
    for path in paths:
        path.unlink()
    yield
    for path, content in paths.items():
        path.write_bytes(content)


def test_the_class_is_judged_again_and_nothing_counts(klass, judged):
    assert (judged.state, judged.finished_at is not None) == ("ready", True)
    assert outcomes(judged) == {
        ("alice", 1): ("done", "up", 8, 10), ("bob", 1): ("done", "down", 3, 1), ("dave", 1): ("done", "down", 3, 1),
        ("dave", 2): ("done", "up", 8, 10)}
    assert scores(klass.course) == {"alice": 8, "bob": 3, "dave": 8}
    assert Attempt.objects.filter(counts=False, version=klass.right, priority=1, state="done").count() == 4
    assert Entry.objects.get(action="regrade.start").after["attempts"] == 4


def test_it_says_which_verdicts_change_and_why(judged):
    up, down = judged.items.filter(outcome="up").first(), judged.items.filter(outcome="down").first()
    assert [(c["check"], c["before"], c["after"]) for c in up.changes] == [("few_steps", "failed", "passed")]
    assert [(c["check"], c["before"], c["after"]) for c in down.changes] == [("curve", "passed", "failed")]
    assert preview.changed_checks(judged) == [("curve", {"failed": 2}), ("few_steps", {"passed": 2})]
    assert (up.changed, down.changed) == (" few_steps ", " curve ")


def test_the_new_report_rests_on_the_new_version_and_the_old_evidence(klass, judged):
    new, old = judged.items.get(old=klass.attempts["alice"]).new, klass.attempts["alice"]
    assert (new.number, new.seed, new.version, new.started_at) == (2, old.seed, klass.right, None)
    assert new.manifest["runs"] == old.manifest["runs"]
    assert new.manifest["spec"] == specs.folder(klass.right).digest != old.manifest["spec"]


def test_what_the_new_reports_say_stands_in_columns_at_once_and_the_scores_that_count_follow(klass, judged, head):
    new = judged.items.get(old=klass.attempts["alice"]).new
    assert {o.name: o.verdict for o in new.outcomes.all()}["few_steps"] == "passed"
    assert new.digest.student == klass.attempts["alice"].submission.user
    assert not Attempt.objects.filter(counts=False, digest=None).exists()
    made = promotion.promote(judged, head, promotion.Pick("all"), promotion.Said("why"), today())
    assert dict(Counted.objects.values_list("student__username", "score")) == {"alice": 10, "bob": 1, "dave": 10}
    promotion.revert(made, head, "", today())
    assert dict(Counted.objects.values_list("student__username", "score")) == {"alice": 8, "bob": 3, "dave": 8}


@pytest.mark.parametrize(("wish", "chosen"), [
    ({}, {("alice", 1), ("bob", 1), ("dave", 1), ("dave", 2)}),
    ({"choice": "latest"}, {("alice", 1), ("bob", 1), ("dave", 2)}),
    ({"choice": "counting"}, {("alice", 1), ("bob", 1), ("dave", 2)}),
    ({"choice": "failing", "check": "final_weights"}, {("bob", 1), ("dave", 1)}),
    ({"choice": "near"}, set())])
def test_the_choice_decides_which_attempts_are_graded_again(wish, chosen, klass, work):
    made = klass.regrade("ines", **wish)
    work()
    assert {k for k, state in states(made).items() if state == "done"} == chosen
    assert set(states(made).values()) <= {"done", "left_out"}


def test_one_student_alone(klass, work):
    made = klass.regrade("tessa", student=klass.attempts["dave"].submission.user)
    work()
    assert set(states(made)) == {("dave", 1), ("dave", 2)}


def test_where_late_days_are_spent_the_counting_one_is_chosen_with_them(klass, work):
    klass.course.late_days = 2
    klass.course.save()
    assert len(start.attempts(klass.assignment, start.Wish(klass.right, choice="counting"))) == 3


def test_people_who_left_and_staff_are_not_graded_again(klass, ta):
    handed_in(klass.assignment, ta)
    Membership.objects.filter(user__username="bob").update(is_active=False)
    assert len(start.attempts(klass.assignment, start.Wish(klass.right))) == 3


@pytest.mark.parametrize(("said", "what"), [
    ({"version": "99"}, "there are 2, 1"), ({"way": "guess"}, "judge or run"), ({"choice": "some"}, "choose one of"),
    ({"choice": "failing"}, "which check"), ({"choice": "failing", "check": "few_stepz"}, "none of this name"),
    ({"student": "carol"}, "nobody of this user name"), ({"reason": "x" * 501}, "at most 500")])
def test_what_cannot_be_wished_for_is_refused_with_what_to_write(said, what, klass, carol):
    with pytest.raises(GraderError, match=what):
        start.read(klass.assignment, said)


def test_what_is_wished_for_is_read(klass):
    wish = start.read(klass.assignment, {"version": "2", "way": "run", "choice": "near", "check": "curve", "student": "bob"})
    assert (wish.version, wish.way, wish.choice, wish.check) == (klass.right, "run", "near", "curve")
    assert wish.student.username == "bob"
    assert start.read(klass.assignment, {}) == start.Wish(klass.wrong)
    assert start.read(klass.assignment, {"check": "curve"}).check == ""


def test_nothing_to_grade_and_a_second_one_at_once_are_refused(klass, ta, person, course):
    klass.regrade("ines")
    with pytest.raises(GraderError, match="in progress"):
        klass.regrade("tessa")
    klass.regrade("tessa", student=klass.attempts["bob"].submission.user)
    with pytest.raises(GraderError, match="nothing to grade"):
        klass.regrade("tessa", student=person("eve", course))


def test_a_changed_probe_must_be_run_again_and_is(klass, work, grade, head, tmp_path):
    before = 'name = "published"\ncall = "train"\nargs = { x = "@published.x", y = "@published.y", lr = 0.01, steps = 2001 }'
    made = klass.regrade("ines", version=version(tmp_path, (before, before.replace("2001", "2000"))))
    work()
    assert set(states(made).values()) == {"again"}
    assert preview.reasons(made) == [("probe published: changed", 4)]
    assert start.run_again(made, head) == 4
    assert claims.feed(today()) == 4
    assert {a.counts for a in Attempt.objects.filter(state="queued")} == {False}
    for _ in range(4):
        grade()
    work()
    made.refresh_from_db()
    assert made.state == "ready"
    assert outcomes(made)["alice", 1] == ("done", "up", 8, 10)
    assert scores(klass.course)["alice"] == 8


def test_pruned_evidence_must_be_run_again(klass, work):
    made = klass.regrade("ines")
    with lost(*(run["content"] for run in klass.attempts["bob"].manifest["runs"])):
        work()
    assert states(made) == {("alice", 1): "done", ("bob", 1): "again", ("dave", 1): "again", ("dave", 2): "done"}
    assert made.items.get(old=klass.attempts["bob"]).because == "its evidence is no longer kept, or is damaged"


def test_a_fault_of_ours_is_tried_three_times_and_again_when_asked(klass, work, head):
    made = klass.regrade("ines", student=klass.attempts["alice"].submission.user)
    with lost(klass.attempts["alice"].report):
        work()
    item = made.items.get()
    assert (item.state, item.tries) == ("broken", MAX_TRIES)
    assert "is missing" in item.because
    assert start.run_again(made, head) == 1
    work()
    assert outcomes(made) == {("alice", 1): ("done", "up", 8, 10)}


def test_a_submission_that_was_never_run(klass, work):
    Attempt.objects.filter(pk=klass.attempts["alice"].pk).update(manifest=None)
    made = klass.regrade("ines", student=klass.attempts["alice"].submission.user)
    work()
    assert made.items.get().because == "it was never run"
    unreadable = specs.objects().put(b"def f(:\n")
    Submission.objects.filter(pk=klass.attempts["alice"].submission_id).update(content=unreadable)
    made = klass.regrade("ines", student=klass.attempts["alice"].submission.user)
    work()
    assert outcomes(made) == {("alice", 1): ("done", "down", 8, 0)}
    assert made.items.get().new.status == "crashed"


def test_a_lost_workers_claim_is_put_back_and_it_writes_nothing_afterwards(klass, work):
    made = klass.regrade("ines")
    taken = claims.claim("a lost worker", today() - timedelta(minutes=10))
    assert len(taken) == 4
    assert claims.claim("another", today()) == []
    assert claims.expire(today()) == 4
    assert claims.finish([(i, Finding("broken")) for i in taken], today()) == 0
    assert not claims.renew(taken, today())
    work()
    assert set(states(made).values()) == {"done"}
    assert Attempt.objects.filter(counts=False).count() == 4


def test_what_loses_its_worker_three_times_is_broken_and_takes_no_others_with_it(klass, work):
    made = klass.regrade("ines")
    long_ago = today() - timedelta(minutes=10)
    assert len(claims.claim("lost", long_ago)) == 4
    claims.expire(today())
    assert [len(claims.claim("lost", long_ago)) for _ in range(4)] == [1, 1, 1, 1]
    claims.expire(today())
    [alone] = claims.claim("lost", long_ago)
    claims.expire(today())
    assert RegradeItem.objects.get(pk=alone.pk).state == "broken"
    work()
    assert sorted(states(made).values()) == ["broken", "done", "done", "done"]
    made.refresh_from_db()
    assert made.state == "ready"


def test_a_cancelled_regrade_stops_and_what_was_under_way_is_not_written(klass, work, head):
    made = klass.regrade("ines")
    taken = claims.claim("a worker", today())
    assert start.cancel(made, head, today())
    assert not start.cancel(made, head, today())
    assert claims.finish([(i, Finding("done")) for i in taken], today()) == 0
    work()
    assert set(states(made).values()) == {"cancelled"}
    assert start.run_again(made, head) == 0
    assert Entry.objects.filter(action="regrade.cancel").count() == 1


def test_cancelling_takes_attempts_that_wait_out_of_the_queue(klass, work, head):
    made = klass.regrade("ines", way="run")
    claims.feed(today())
    assert Attempt.objects.filter(state="queued").count() == 4
    start.cancel(made, head, today())
    work()
    assert Attempt.objects.filter(state="queued").count() == 0
    assert Regrade.objects.get(pk=made.pk).state == "cancelled"


def test_what_is_run_again_waits_behind_every_submission_and_takes_no_students_turn(klass, programs):
    klass.regrade("ines", way="run")
    claims.feed(today())
    fresh = handed_in(klass.assignment, klass.attempts["dave"].submission.user, programs[RIGHT].raw)
    assert queue.in_order(["cpu"])[0].pk == fresh.pk
    assert [w.pk for w in queue.in_order(["cpu"], regrades=False)] == [fresh.pk]
    Attempt.objects.filter(priority=1, submission__user__username="dave").update(state="running", started_at=today())
    assert queue.claim(["cpu"], "a worker", today()).pk == fresh.pk


def test_what_broke_when_it_was_run_again_says_so(klass, work):
    made = klass.regrade("ines", way="run", student=klass.attempts["bob"].submission.user)
    claims.feed(today())
    Attempt.objects.filter(state="queued").update(state="broken", because="disk full")
    work()
    assert (made.items.get().state, made.items.get().because) == ("broken", "disk full")


def test_the_queue_is_fed_little_by_little(klass, monkeypatch):
    monkeypatch.setattr(claims, "FEED", 2)
    klass.regrade("ines", way="run")
    assert claims.has_work()
    assert (claims.feed(today()), claims.feed(today())) == (2, 0)
    assert not claims.has_work()
    Attempt.objects.filter(pk=queue.in_order(["cpu"])[0].pk).update(state="cancelled")
    assert claims.has_work()
    assert claims.feed(today()) == 1


def test_those_near_or_failing_are_found_out_before_they_are_run(klass, work):
    made = klass.regrade("ines", way="run", choice="failing", check="final_weights")
    claims.feed(today())
    assert sorted(states(made).values()) == ["left_out", "left_out", "running", "running"]


def test_a_claim_takes_a_handful(klass):
    made = klass.regrade("ines")
    for number in range(10, 10 + CHUNK):
        attempt = Attempt.objects.create(submission=klass.attempts["bob"].submission, number=number, version=klass.wrong, seed=1,
                                         created_at=today())
        RegradeItem.objects.create(regrade=made, old=attempt)
    assert len(claims.claim("a worker", today())) == CHUNK


def test_a_version_with_errors_by_todays_rules_is_refused_with_them(klass, tmp_path, instructor, logged_in):
    folder = tmp_path / "old" / "linear-zero"
    shutil.copytree(specs.folder(klass.right).root, folder)
    (folder / "assignment.toml").write_text("title = 1\n")
    bad = SpecVersion.objects.create(slug="linear-zero", number=9, title="old", digest="0", points=1,
                                     content=specs.objects().put(specs.packed(folder)))
    with pytest.raises(GraderError, match=r"assignment\.toml"):
        klass.regrade("ines", version=bad)
    page = logged_in(instructor).get(f"/courses/{klass.course.slug}/regrades/new?assignment=linear-zero&version=9")
    assert page.status_code == 200


def test_a_version_that_another_course_made_is_not_to_be_had(klass, other_course, tmp_path, head):
    theirs = version(tmp_path, ("points = 3", "points = 3 "))
    Publication.objects.create(version=theirs, course=other_course, by=head.user, at=today(), has_made=True)
    assert theirs not in start.versions(klass.assignment)
    with pytest.raises(GraderError, match=f"there are {klass.right.number}, {klass.wrong.number}"):
        start.read(klass.assignment, {"version": str(theirs.number)})
