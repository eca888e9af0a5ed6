"""The pages of a large course: each is there, and asks the database no more the larger the course is."""

import pytest
from django.conf import settings

from grader.web import counted, specs
from grader.web.models import Attempt, Course, Digest, Outcome, WorkItem
from worker.bench.pages import addresses, opened
from worker.bench.rows import SLUG, Size, make

pytestmark = pytest.mark.django_db
MOST = 24  # queries of a page


@pytest.mark.parametrize("size", [Size(8, 2, 1), Size(60, 3, 3)], ids=["small", "large"])
def test_every_page_of_a_course_is_there_and_its_queries_are_bounded(size):
    make(size, settings.GRADER, specs.now())
    found = {f"{who} {path}": opened(who, path) for who, path in addresses(size)}
    counts = {page: told[1] for page, told in found.items() if told is not None}
    assert {page: count for page, count in counts.items() if count > MOST} == {}
    assert len(counts) >= 30
    assert {f"instructor {path}" for path in ("/service/", "/audit/", f"/courses/{SLUG}/people/", f"/courses/{SLUG}/specs/",
                                              f"/courses/{SLUG}/records/", f"/courses/{SLUG}/clone/")} <= set(counts)


def test_what_is_made_is_what_the_service_would_have_written():
    make(Size(8, 2, 2), settings.GRADER, specs.now())
    assert Attempt.objects.count() == Digest.objects.count() == 32
    assert Outcome.objects.count() > 100
    assert WorkItem.objects.exists()
    assert counted.audit(Course.objects.get(slug=SLUG)) == 0
