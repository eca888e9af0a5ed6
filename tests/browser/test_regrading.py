"""A class graded again by its instructor, in a real browser: begun, followed, looked at, promoted and taken back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow
CONTRAST, NAMES, WIDE = ((Path(__file__).parent / f"{name}.js").read_text() for name in ("contrast", "names", "wide"))


@pytest.fixture
def regrade(visit, service):
    """Begin a regrade of linear-zero as the instructor, once alice's attempts are graded; gives its page, when it is over."""
    student = visit().page
    student.goto("/courses/demo/linear-zero/")
    for row in student.locator("#attempts tbody a").all():
        student.context.new_page().goto(row.get_attribute("href"))
    for page in student.context.pages[1:]:
        page.locator("#result").wait_for()
        page.close()
    page = visit("instructor").page
    page.goto("/courses/demo/")
    page.get_by_role("link", name="Regrades").click()
    page.get_by_label("Assignment").select_option("linear-zero")
    page.get_by_role("button", name="Choose what").click()
    page.get_by_label("Only this student").fill("alice")
    page.get_by_label("Why, for staff and the audit log").fill("to see whether it comes out the same")
    page.get_by_role("button", name="Grade again").click()
    page.locator("#progress").wait_for(state="detached")  # by itself, when it is over
    return page


def test_an_instructor_looks_before_anything_counts_and_takes_it_back(regrade):
    page = regrade
    expect(page.get_by_role("link", name=re.compile(r"\b[1-9]\d*\s+unchanged"))).to_be_visible()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Promote the picked ones …").click()
    expect(page.get_by_text("1 new grading will count.")).to_be_visible()
    expect(page.get_by_text("0 grades will rise, 0 will fall.")).to_be_visible()
    page.get_by_label("Why, for staff and the audit log").fill("a try")
    page.get_by_role("button", name="Promote 1 grading").click()
    expect(page.get_by_role("status").filter(has_text="Done. New gradings that count: 1;")).to_be_visible()
    page.get_by_role("button", name="Take this promotion back").click()
    expect(page.get_by_text("Taken back: what counted before counts again.")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_its_pages_fit_can_be_read_and_have_their_names(width, scheme, regrade, visit):
    address, seen = regrade.url.split("#", maxsplit=1)[0], visit("instructor", width=width, scheme=scheme)
    faults = {}
    for where in (address, f"{address}promote?mode=all", "/courses/demo/regrades/",
                  "/courses/demo/regrades/new?assignment=linear-zero"):
        seen.page.goto(where)
        told = [*seen.page.evaluate(WIDE), *seen.page.evaluate(CONTRAST), *seen.page.evaluate(NAMES)]
        faults |= {where: told} if told else {}
    assert faults == {}
