"""Group work as staff meet it: regrades, the list of work, similar pairs, statistics, and going through a class."""

import pytest
from django.urls import reverse

from grader.web import clones, gradebook, likenesses, neighbours, outcomes, statistics
from grader.web.clones import Wish
from grader.web.models import Attempt, Course, Membership, Notice, Pair, Regrade, RegradeItem, WorkItem
from grader.web.regrades import notices, preview, promotion, start
from grader.web.regrades.preview import Asked
from grader.web.regrades.promotion import Pick, Said
from tests.grader.test_likeness import ONE, OTHER, disguise
from tests.web.groups_ground import group_set, group_work, placed
from tests.web.pages_ground import graded, handed_in, text_of, today, verdict
from worker.comparing import compare_waiting

pytestmark = pytest.mark.django_db


class Never:
    """What tells a worker to go on."""

    def is_set(self):
        return False


@pytest.fixture
def dave(person, course):
    return person("dave", course)


@pytest.fixture
def pairs(course, instructor, alice, bob):
    found = group_set(course, instructor)
    placed(found, instructor, reds=[alice, bob])
    return found


@pytest.fixture
def work(pairs):
    return group_work(pairs)


@pytest.fixture
def head(instructor, course):
    """The instructor's membership."""
    return Membership.objects.select_related("course", "user").get(user=instructor, course=course)


@pytest.fixture
def judged(work, head):
    """Begin a regrade of all and let it come out with so many points; gives the regrade."""
    def make(points, **wish):
        made = start.start(work, head, start.Wish(work.version, **wish), today())
        for item in made.items.select_related("old__submission"):
            old = item.old
            last = max(a.number for a in old.submission.attempts.all())
            new = Attempt.objects.create(submission=old.submission, number=last + 1, version=work.version, seed=old.seed,
                                         created_at=today(), counts=False, priority=1)
            graded(new, verdict(points=points))
            change = "up" if points > old.score else "down" if points < old.score else "unchanged"
            RegradeItem.objects.filter(pk=item.pk).update(new=new, state="done", outcome=change, old_score=old.score,
                                                          new_score=points)
        Regrade.objects.filter(pk=made.pk).update(state="ready")
        return Regrade.objects.select_related("assignment__course", "assignment__version", "version").get(pk=made.pk)
    return make


def scores(course):
    return {s.user.username: s.scores["linear-zero"] for s in gradebook.grades.of_all(course)}


@pytest.mark.parametrize("choice", ["all", "latest", "counting"])
def test_a_groups_submission_is_graded_again_once(choice, work, head, alice):
    graded(handed_in(work, alice))
    made = start.start(work, head, start.Wish(work.version, choice=choice), today())
    assert made.items.count() == 1
    assert [n for _, n in start.standing_versions(work)] == [1]


def test_a_promotion_moves_all_members_tells_all_and_is_taken_back_from_all(work, judged, head, alice, bob, course):
    graded(handed_in(work, alice), verdict(points=2.0))
    regrade = judged(3.0)
    [row] = preview.rows(regrade, list(preview.those(regrade, Asked())))
    assert (row.member.user, row.before, row.after) == (alice, 2.0, 3.0)
    assert [(m.member.user, m.before, m.after) for m in row.mates] == [(bob, 2.0, 3.0)]
    assert list(preview.those(regrade, Asked(search="bob"))) == [row.item]
    assert list(preview.those(regrade, Asked(search="dave"))) == []
    made = promotion.promote(regrade, head, Pick("all"), Said("a wrong tolerance"), today())
    assert (scores(course), made.rises) == ({"alice": 3.0, "bob": 3.0}, 2)
    assert set(Notice.objects.values_list("user__username", flat=True)) == {"alice", "bob"}
    assert notices.settle(today()) == 2
    assert set(Notice.objects.values_list("old_score", "new_score", "is_void")) == {(2.0, 3.0, False)}
    assert promotion.revert(made, head, "too early", today())
    assert scores(course) == {"alice": 2.0, "bob": 2.0}


def test_only_rises_leaves_out_what_any_member_would_lose_by(work, judged, head, alice, dave, course):
    graded(handed_in(work, alice), verdict(points=2.0))
    graded(handed_in(work, dave, b"x = 1\n"), verdict(points=1.0))
    regrade = judged(1.5)
    found = promotion.plan(regrade, Pick("rises"))
    assert [c.member.user for c in found.changes] == [dave]
    promotion.promote(regrade, head, Pick("rises"), Said("a wrong tolerance"), today())
    assert scores(course) == {"alice": 2.0, "bob": 2.0, "dave": 1.5}


def test_a_member_who_left_the_course_takes_nothing_from_the_others(work, judged, alice, bob, course):
    graded(handed_in(work, alice), verdict(points=2.0))
    regrade = judged(3.0)
    course.memberships.filter(user=alice).update(is_active=False)
    found = promotion.plan(regrade, Pick("all"))
    assert ([c.member.user for c in found.changes], found.gone) == ([bob], 0)
    course.memberships.filter(user=bob).update(is_active=False)
    assert promotion.plan(regrade, Pick("all")).gone == 1


def test_work_of_a_group_stands_on_the_list_once_and_a_mates_newer_attempt_takes_its_place(work, alice, bob):
    graded(handed_in(work, alice), verdict(points=1.0), status="crashed")
    assert WorkItem.objects.filter(state="open").count() == 1
    graded(handed_in(work, bob, b"x = 1\n"), verdict(points=3.0))
    assert not WorkItem.objects.filter(state="open").exists()


def test_it_stays_on_the_list_for_whom_it_still_speaks(pairs, work, instructor, alice, bob, dave):
    graded(handed_in(work, alice), verdict(points=1.0), status="crashed")
    placed(pairs, instructor, blues=[bob, dave])
    newer = graded(handed_in(work, dave, b"x = 1\n"), verdict(points=3.0))
    assert WorkItem.objects.filter(state="open").count() == 1
    outcomes.changed([newer.pk])
    assert WorkItem.objects.filter(state="open").count() == 1


def test_nothing_of_one_group_resembles_itself_but_others_do(pairs, work, instructor, alice, bob, dave):
    graded(handed_in(work, alice, ONE.encode()))
    graded(handed_in(work, bob, disguise(ONE).encode()))
    compare_waiting(("cpu",), Never())
    assert not Pair.objects.exists()
    graded(handed_in(work, dave, ONE.encode()))
    assert [s.user for s in likenesses._newest("linear-zero")] == [bob, dave]
    [found] = likenesses.pairs(work)
    assert {found.one.user, found.other.user} == {bob, dave}
    placed(pairs, instructor, blues=[bob])
    graded(handed_in(work, bob, OTHER.encode()))
    assert [s.user for s in likenesses._newest("linear-zero")] == [bob, dave, bob]  # the older one is Alice's newest still


def test_statistics_count_a_group_once(work, alice, dave, course):
    graded(handed_in(work, alice), verdict(points=2.0))
    graded(handed_in(work, dave, b"x = 1\n"), verdict(points=1.0))
    [found] = statistics.spreads(course)
    assert (found.students, found.mean) == (2, 1.5)
    assert [c.count for c in statistics.checks(work)] == [2]


def test_going_through_a_class_meets_each_group_once(work, ta, alice, bob, dave, logged_in):
    first = graded(handed_in(work, bob))
    last = handed_in(work, dave, b"x = 1\n")
    assert neighbours.beside(first, 1, "", today()) == last.pk
    assert neighbours.beside(last, 1, "", today()) is None
    assert neighbours.beside(last, -1, "", today()) == first.pk
    assert neighbours.beside(first, -1, "", today()) is None
    older = handed_in(work, alice, b"x = 2\n")
    assert neighbours.beside(older, 1, "", today()) == last.pk
    page = reverse("beside", args=[first.pk])
    assert logged_in(ta).get(page).headers["Location"].startswith(reverse("attempt", args=[last.pk]))


def test_a_members_history_shows_what_others_handed_in(work, ta, alice, course, logged_in):
    attempt = graded(handed_in(work, alice))
    said = logged_in(ta).get(reverse("student", args=[course.slug, "bob"]))
    assert reverse("attempt", args=[attempt.pk]) in said.content.decode()
    assert "handed in by Alice" in text_of(said)


@pytest.mark.usefixtures("work")
def test_a_course_of_a_new_term_has_the_sets_and_nobody_in_them(pairs, instructor, course):
    clones.clone(course, Wish("dl-2027", "Deep learning 2027", 365), by=instructor)
    new = Course.objects.get(slug="dl-2027").assignments.get()
    assert (new.group_set.name, new.group_set.course.slug, new.group_set.groups.count()) == ("pairs", "dl-2027", 0)
    assert new.group_set != pairs
