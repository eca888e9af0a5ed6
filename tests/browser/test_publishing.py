"""A new assignment from nothing but the pages, in a real browser at a real service, up to a student's graded submission."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_looks import CONTRAST, NAMES, WIDE

pytestmark = pytest.mark.slow
RIGHT = Path(__file__).parents[2] / "assignments" / "linear-zero" / "examples" / "autograd" / "submission.py"
SPECS = "/courses/demo/specs/"


def begin(page, slug):
    page.goto(SPECS)
    page.get_by_label("From", exact=True).select_option("shipped:linear-zero")
    page.get_by_label("Name in addresses").fill(slug)
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(page.get_by_role("heading", name=f"Draft of {slug}")).to_be_visible()


def put(page, slug, path, text):
    """Write a file in the editor."""
    page.goto(f"{SPECS}drafts/{slug}/files/{path}")
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"{path} is saved.")).to_be_visible()


def prove(page, slug):
    page.goto(f"{SPECS}drafts/{slug}/")
    page.get_by_role("button", name="Prove").click()
    expect(page.locator("#state")).to_contain_text(re.compile("gets what it must get|has not proven"), timeout=600_000)


def test_a_new_assignment_from_the_pages_to_a_graded_submission(visit):
    seen = visit("instructor")
    page = seen.page
    begin(page, "first-line")
    page.get_by_role("link", name="assignment.toml").click()
    text = page.locator("#text")
    expect(page.locator("[data-lines]")).to_contain_text("1\n2\n3")
    good = text.input_value()
    text.fill(good.replace("points = 2", "pionts = 2", 1).replace('title = "First line"', 'title = "The first line"'))
    wrong = page.locator("#findings a[data-line]").first
    expect(page.locator("#findings")).to_contain_text("did you mean points?")
    wrong.click()
    chosen = page.evaluate("(t => t.value.slice(t.selectionStart, t.selectionEnd))(document.getElementById('text'))")
    assert "pionts" in chosen or "[[check]]" in chosen
    text.fill(good.replace('title = "First line"', 'title = "The first line"'))
    expect(page.locator("#findings")).to_contain_text("no errors")
    text.press("Control+s")
    expect(page.get_by_text("assignment.toml is saved.")).to_be_visible()
    put(page, "first-line", "statement.md", "# The first line\n\nFit $h = xW + b$.\n")
    prove(page, "first-line")
    expect(page.locator("#state")).to_contain_text("Every example gets what it must get")
    page.get_by_role("link", name="Publish …").click()
    page.get_by_label("Due", exact=True).fill("2030-01-01T23:59")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("is published and set in this course")).to_be_visible()
    student = visit("bob").page
    student.goto("/courses/demo/first-line/")
    expect(student.get_by_role("heading", name="The first line")).to_be_visible()
    expect(student.locator("math").first).to_be_attached()
    student.locator("input[type=file]").set_input_files(RIGHT)
    student.get_by_role("button", name="Hand in").click()
    student.locator("#result").wait_for(timeout=300_000)
    expect(student.locator("#result")).to_contain_text(re.compile(r"10\s*(of|/)\s*10"))


def test_a_draft_whose_wrong_example_passes_is_refused(visit):
    seen = visit("instructor")
    page = seen.page
    begin(page, "second-line")
    put(page, "second-line", "examples/lr-tenfold/submission.py", RIGHT.read_text())
    prove(page, "second-line")
    expect(page.locator("#state")).to_contain_text("has not proven itself")
    expect(page.locator("details[open]")).to_contain_text("passed, expected failed")
    page.goto(f"{SPECS}drafts/second-line/publish")
    page.get_by_label("A note").fill("never mind")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("alert")).to_contain_text("No proof of exactly this content holds")
    seen.expect_refusal()


def test_two_who_write_in_one_file_lose_nothing(visit):
    mine, theirs = visit("instructor"), visit("instructor")
    begin(mine.page, "third-line")
    for seen in (mine, theirs):
        seen.page.goto(f"{SPECS}drafts/third-line/files/statement.md")
    put(theirs.page, "third-line", "statement.md", "# Theirs\n")
    mine.page.locator("#text").fill("# Mine\n")
    mine.page.get_by_role("button", name="Save").click()
    expect(mine.page.get_by_role("alert")).to_contain_text("somebody else has changed it")
    mine.faults[:] = [f for f in mine.faults if "409" not in f]
    assert mine.page.locator("#text").input_value() == "# Mine\n"
    expect(mine.page.locator(".diff")).to_contain_text("# Theirs")
    mine.page.get_by_role("button", name="Save").click()
    expect(mine.page.get_by_text("statement.md is saved.")).to_be_visible()


def test_its_pages_fit_can_be_read_and_have_their_names(visit):
    maker = visit("instructor").page
    begin(maker, "fourth-line")
    put(maker, "fourth-line", "examples/zeros/expected.toml", "about = 3\n")
    maker.goto(f"{SPECS}drafts/second-line/")
    proof = maker.locator("a[href*='/proofs/']").first.get_attribute("href")
    pages = [proof, "/courses/demo/clone/", *(f"{SPECS}{address}" for address in (
        "", "drafts/fourth-line/", "drafts/fourth-line/files/assignment.toml", "drafts/fourth-line/files/statement.md",
        "drafts/second-line/publish", "versions/first-line/", "versions/linear-zero/", "versions/first-line/1/"))]
    faults = {}
    for width, scheme in ((360, "light"), (1280, "dark"), (1280, "light")):
        page = visit("instructor", width, scheme).page
        for address in pages:
            page.goto(address)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = !d.classList.contains('menu'); })")
            told = [*page.evaluate(WIDE), *page.evaluate(CONTRAST), *page.evaluate(NAMES)]
            faults |= {(address, width, scheme): told} if told else {}
    assert faults == {}
