"""Making new gradings count and taking that back: what happens to grades, in layers, with everything kept."""

from datetime import timedelta

import pytest

from grader.errors import GraderError
from grader.web import adjustments, grades
from grader.web.adjustments import Given
from grader.web.models import Assignment, Attempt, Course, Entry, Membership, Notice, Promotion
from grader.web.regrades import preview, promotion
from grader.web.regrades.promotion import Pick, Said, Stale
from tests.web.pages_ground import today
from tests.web.regrade.conftest import RIGHT

pytestmark = pytest.mark.django_db
WHY = Said("the tolerance of few_steps was too narrow")
OLD, NEW = {"alice": 8, "bob": 3, "dave": 8}, {"alice": 10, "bob": 1, "dave": 10}


def scores(klass):
    return {s.user.username: s.total for s in grades.of_all(klass.course)}


def promote(regrade, head, mode="all", said=WHY, **pick):
    return promotion.promote(regrade, head, Pick(mode, **pick), said, today())


def test_all_of_it_counts_at_once_and_one_deed_takes_it_back(klass, judged, head):
    made = promote(judged, head)
    assert (made.rises, made.falls, len(made.attempts)) == (2, 1, 4)
    assert scores(klass) == NEW
    assert promotion.revert(made, head, "a mistake", today())
    assert scores(klass) == OLD
    assert not promotion.revert(made, head, "again", today())
    assert scores(klass) == OLD
    entries = list(Entry.objects.filter(action__in=("regrade.promote", "regrade.revert")).order_by("pk"))
    assert [(e.actor_name, e.object, e.reason) for e in entries] == [
        ("ines", f"regrade {judged.pk} of linear-zero", WHY.reason), ("ines", f"regrade {judged.pk} of linear-zero", "a mistake")]
    assert entries[0].after["attempts"] == made.attempts


def test_only_rises_hurts_nobody(klass, judged, head):
    promote(judged, head, "rises")
    assert scores(klass) == NEW | {"bob": 3}


def test_a_selection_and_the_rest_later(klass, judged, head):
    one = judged.items.get(old=klass.attempts["alice"])
    first = promote(judged, head, "ticked", ticked=frozenset({one.pk, 10**6}))
    assert scores(klass) == OLD | {"alice": 10}
    second = promote(judged, head, "all")
    assert len(second.attempts) == 3
    assert scores(klass) == NEW
    promotion.revert(first, head, "", today())
    assert scores(klass) == NEW | {"alice": 8}


def test_what_a_filter_shows(klass, judged, head):
    promote(judged, head, "shown", asked=preview.Asked(check="curve"))
    assert scores(klass) == OLD | {"bob": 1}


def test_every_old_attempt_and_report_stays(klass, judged, head):
    those = Attempt.objects.filter(counts=True).order_by("pk").values("pk", "score", "report", "manifest", "version")
    before = list(those)
    promotion.revert(promote(judged, head), head, "", today())
    assert list(those.all()) == before
    assert Attempt.objects.count() == 8


def test_it_can_be_promoted_again_after_it_was_taken_back(klass, judged, head):
    promotion.revert(promote(judged, head), head, "", today())
    promote(judged, head)
    assert scores(klass) == NEW
    assert Promotion.objects.count() == 2


def test_a_later_promotion_lies_over_an_earlier_one(klass, judged, head, work):
    first = promote(judged, head)
    other = klass.regrade("ines", version=klass.wrong, student=klass.attempts["alice"].submission.user)
    work()
    second = promote(other, head)
    assert scores(klass) == NEW | {"alice": 8}
    assert promotion.later(first) == 1
    promotion.revert(first, head, "", today())
    assert scores(klass) == OLD
    promotion.revert(second, head, "", today())
    assert scores(klass) == OLD
    assert Entry.objects.filter(action="regrade.revert").last().after["under later ones"] == 1


def test_taking_the_upper_layer_back_leaves_the_lower_one(klass, judged, head, work):
    promote(judged, head)
    other = klass.regrade("ines", version=klass.wrong)
    work()
    promotion.revert(promote(other, head), head, "", today())
    assert scores(klass) == NEW


def test_a_grading_that_was_overtaken_is_left_out(klass, judged, head, work):
    other = klass.regrade("ines", student=klass.attempts["alice"].submission.user)
    work()
    promote(other, head)
    found = promotion.plan(judged, Pick("all"))
    assert (len(found.items), found.overtaken) == (3, 1)
    promote(judged, head)
    assert scores(klass) == NEW


def test_whoever_left_is_left_out(klass, judged, head):
    Membership.objects.filter(user__username="bob").update(is_active=False)
    found = promotion.plan(judged, Pick("all"))
    assert (len(found.items), found.gone) == (3, 1)


def test_what_changed_since_it_was_looked_at_is_not_done(klass, judged, head, programs):
    seal = promotion.plan(judged, Pick("all")).seal
    klass.hand_in("alice", RIGHT)
    Assignment.objects.update(counting="latest")
    judged.assignment.refresh_from_db()
    with pytest.raises(Stale, match="changed since"):
        promote(judged, head, said=Said("why", seal=seal))
    assert not Promotion.objects.exists()
    assert Attempt.objects.filter(counts=False).count() == 4
    promote(judged, head, said=Said("why", seal=promotion.plan(judged, Pick("all")).seal))


def test_it_wants_a_reason_and_something_to_promote(judged, head):
    for said, what in ((Said(" "), "Say why"), (Said("x" * 501), "at most 500"), (Said("x", "y" * 2001), "at most 500")):
        with pytest.raises(GraderError, match=what):
            promote(judged, head, said=said)
    with pytest.raises(GraderError, match="nothing that could"):
        promote(judged, head, "ticked")
    judged.state = "cancelled"
    judged.save()
    with pytest.raises(GraderError, match="cancelled"):
        promote(judged, head)


def test_points_by_hand_survive_it(klass, judged, head):
    for name, given in (("alice", Given(1, comment="c")), ("bob", Given(7, is_override=True, reason="r"))):
        adjustments.give(klass.assignment, klass.attempts[name].submission.user, head, given, today())
    made = promote(judged, head)
    assert scores(klass) == NEW | {"alice": 11, "bob": 7}
    assert (made.rises, made.falls) == (2, 0)


def test_lateness_and_the_best_attempt_are_counted_in(klass, judged, head):
    Assignment.objects.update(due_at=today() - timedelta(hours=1), late_until=today() + timedelta(days=2), penalty_percent=50)
    judged.assignment.refresh_from_db()
    change = next(c for c in promotion.plan(judged, Pick("all")).changes if c.member.user.username == "dave")
    assert (change.before, change.after) == (4, 5)


def test_the_version_is_set_with_it_and_back(klass, judged, head):
    made = promote(judged, head, said=Said("why", sets_version=True))
    klass.assignment.refresh_from_db()
    assert (klass.assignment.version, made.version_before) == (klass.right, klass.wrong)
    assert Entry.objects.get(action="regrade.promote").after["version"] == klass.right.number
    promotion.revert(made, head, "", today())
    klass.assignment.refresh_from_db()
    assert klass.assignment.version == klass.wrong


def test_a_version_that_was_set_anew_meanwhile_stays(klass, judged, head, tmp_path):
    made = promote(judged, head, said=Said("why", sets_version=True))
    Assignment.objects.update(version=klass.wrong)
    promotion.revert(made, head, "", today())
    assert Entry.objects.get(action="regrade.revert").after["version"] is None


def test_where_late_days_are_free_no_rise_lets_another_grade_fall(klass, judged, head):
    Course.objects.update(late_days=3)
    judged.assignment.course.refresh_from_db()
    made = promote(judged, head, "rises")
    assert scores(klass) == NEW | {"bob": 3}
    assert made.falls == 0


def test_everybody_whose_verdicts_change_may_be_told_and_nobody_else(klass, judged, head):
    promote(judged, head, "ticked", ticked=frozenset({judged.items.get(old=klass.attempts["alice"]).pk}))
    assert list(Notice.objects.values_list("user__username", flat=True)) == ["alice"]


def test_who_may_promote(klass, judged, head, ta, alice):
    tessa, student = Membership.objects.get(user=ta), Membership.objects.get(user=alice)
    assert promotion.may_promote(head, judged)
    assert not promotion.may_promote(tessa, judged)
    judged.student = alice
    assert promotion.may_promote(tessa, judged)
    assert not promotion.may_promote(student, judged)
