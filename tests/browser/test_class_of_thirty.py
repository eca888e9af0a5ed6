"""A class of thirty as its TA meets it in a browser: graded by hand without a mouse, and the one who was hit by a fault found."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow
MAKING = """
import django
django.setup()
from django.db import transaction
from grader.web import outcomes, specs, work
from grader.web.models import Assignment, Attempt, Course, Membership, User
from tests.web.pages_ground import handed_in, report_of, today
with transaction.atomic():  # no worker sees an attempt before it has its report
    course = Course.objects.create(slug="thirty", title="A class of thirty")
    Membership.objects.create(course=course, user=User.objects.get(username="ta"), role="ta")
    version = Assignment.objects.get(course__slug="demo", slug="linear-zero").version
    task = Assignment.objects.create(course=course, slug="linear-zero", title="Linear regression", version=version)
    for k in range(30):
        user = User.objects.create(username=f"thirty-{k:02}", email=f"thirty-{k}@example.org", first_name=f"Student {k:02}")
        Membership.objects.create(course=course, user=user)
        one = handed_in(task, user)
        if k == 12:
            Attempt.objects.filter(pk=one.pk).update(state="broken", status="broken", because="no space left", tries=3)
            one.refresh_from_db()
            outcomes.changed([one.pk])
            continue
        report = report_of(one)
        name = specs.objects().put(report.model_dump_json().encode())
        Attempt.objects.filter(pk=one.pk).update(state="done", status="finished", score=report.score, points=report.points,
                                                 report=name, finished_at=today())
        one.refresh_from_db()
        outcomes.write_all([(one, report)])
        outcomes.changed([one.pk])
    work.catch_up()
"""


@pytest.fixture(scope="module")
def thirty(service):
    """Thirty students who have handed in; gives their course's address."""
    env = os.environ | {"GRADER_DATA": str(service.data), "DJANGO_SETTINGS_MODULE": "grader.web.settings"}
    made = subprocess.run([sys.executable, "-c", MAKING], env=env, cwd=Path(__file__).parents[2], check=False,
                          capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return "/courses/thirty/"


def test_thirty_attempts_are_graded_by_keys_alone(visit, thirty):
    page = visit("ta").page
    page.goto(thirty)
    page.get_by_role("link", name="Gradebook").click()
    with page.expect_navigation():
        page.locator("tbody td a").first.click()
    for number in range(30):
        page.keyboard.press("p")
        expect(page.get_by_label("Points", exact=True)).to_be_focused()
        page.keyboard.type(str(1 + number % 3))
        page.keyboard.press("Tab")
        page.keyboard.type("The plot.")
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
        expect(page.get_by_text(f"Given to Student {number:02}; it counts from now on.")).to_be_visible()
        assert page.evaluate("window.scrollY") == 0  # the next report is read from its beginning
    expect(page.get_by_text("This is the last student")).to_be_visible()
    page.goto(f"{thirty}gradebook/?state=manual")
    expect(page.locator("tbody tr")).to_have_count(30)


@pytest.mark.parametrize("width", [390, 1280])
def test_whom_a_fault_hit_is_found_and_helped(width, visit, thirty):
    page = visit("ta", width=width).page
    page.goto(thirty)
    expect(page.get_by_role("row", name="Linear regression")).to_contain_text("30 of 30")
    expect(page.get_by_role("link", name="1 broken")).to_be_visible()
    page.get_by_role("link", name="1 on the work list").click()
    page.get_by_label("Kind").select_option("broken")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("main")).to_contain_text("Student 12")
    page.goto(thirty)
    page.get_by_role("link", name="1 broken").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody td a").first.click()
    expect(page.locator("main")).to_contain_text("The grading broke, and that is our fault")
    expect(page.locator("main")).to_contain_text("no space left")
    expect(page.get_by_role("button", name="Grade it again")).to_be_visible()
    if width < 500:
        return
    page.get_by_role("button", name="Grade it again").click()
    expect(page.get_by_text("counts as if nothing had happened")).to_be_visible()
    page.locator("#result .score").wait_for()
