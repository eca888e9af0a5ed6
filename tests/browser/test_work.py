"""The list of work, by keyboard alone, on attempts that a real worker graded."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_S

pytestmark = pytest.mark.slow
CRASHING = "import os\nx = {number}\nos.abort()\n"
WORK = "/courses/demo/work/?kind=crashed"


@pytest.fixture(scope="module")
def crashed(service, browser):
    """Let two students hand in what crashes, and wait for the reports."""
    for number, who in enumerate(("alice", "bob")):
        context = browser.new_context(base_url=service.address)
        context.set_default_timeout(PATIENCE_S * 1000)
        context.add_cookies([{"name": "sessionid", "value": service.sessions[who], "url": service.address}])
        page = context.new_page()
        page.goto("/courses/demo/softmax/")
        page.locator("summary", has_text="Paste").click()
        page.fill("#text", CRASHING.format(number=number))
        page.get_by_role("button", name="Hand in").click()
        page.locator("#result .score").wait_for()
        context.close()


def test_items_are_gone_through_taken_and_done_without_a_mouse(visit, crashed):
    page = visit(who="ta").page
    page.goto(WORK)
    rows = page.locator("[data-item]")
    expect(rows).to_have_count(2)
    page.keyboard.press("?")
    expect(page.locator("[data-keys]")).to_have_attribute("open", "")
    page.keyboard.press("j")
    expect(rows.nth(0).locator("[data-open]")).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1).locator("[data-open]")).to_be_focused()
    who = rows.nth(1).locator("td").first.inner_text()
    page.keyboard.press("t")
    expect(rows.nth(0)).to_contain_text("yours")  # the own share stands first
    expect(rows.nth(0)).to_contain_text(who)
    expect(rows.nth(0).locator("[data-open]")).to_be_focused()
    rows.nth(0).locator("[name=note]").fill("x is no key in here")
    rows.nth(0).locator("[data-open]").focus()
    page.keyboard.press("x")
    expect(rows).to_have_count(1)
    expect(rows.nth(0).locator("[data-open]")).to_be_focused()
    page.goto("/courses/demo/work/?state=done")
    expect(page.locator("[data-item]", has_text=who)).to_contain_text("x is no key in here")


def test_an_attempts_page_says_why_it_is_on_the_list_and_is_done_from_there(visit, crashed):
    page = visit(who="ta").page
    page.goto(WORK)
    page.keyboard.press("j")
    page.keyboard.press("o")
    bar = page.locator("[data-work-bar]")
    expect(bar).to_contain_text("crashed")
    page.keyboard.press("x")
    expect(page.locator(".message")).to_contain_text("Done.")
    expect(bar).to_contain_text(re.compile("Done by"))
    page.goto(WORK)
    expect(page.locator("main")).to_contain_text("Nothing is on the list like that.")
