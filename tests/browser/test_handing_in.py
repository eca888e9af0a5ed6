"""Handing in and following an attempt to its report, as a student does."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_S
from tests.web.pages_ground import SHIPPED

pytestmark = pytest.mark.slow
TASK = "/courses/demo/linear-zero/"
SLOW_TRAINING = """
import time

x = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
y = [[0.0], [1.0], [1.0], [0.0]]
for step in range(300):
    cost = 1 / (1 + step)
    time.sleep(0.05)
hypothesis = [[0.1], [0.9], [0.9], [0.1]]
"""
RIGHT = SHIPPED / "linear-zero" / "examples"
MINUTES = PATIENCE_S * 1000


def right_file():
    return next((RIGHT / "numpy").glob("submission.*"))


def await_report(page):
    """Wait on the live page until the report stands there, without loading the page."""
    expect(page.locator("#live, #result")).to_be_visible()
    page.evaluate("window.isStillThisPage = true")
    expect(page.locator("#result .score strong")).to_be_visible(timeout=MINUTES)
    assert page.evaluate("window.isStillThisPage") is True


@pytest.mark.parametrize("width", [1280, 390])
def test_a_picked_file_is_followed_live_to_its_report(width, visit):
    seen = visit(width=width)
    page = seen.page
    page.goto(TASK)
    page.set_input_files("#file", str(right_file()))
    expect(page.locator("[data-chosen]")).to_contain_text("is ready to be handed in")
    page.get_by_role("button", name="Hand in").click()
    await_report(page)
    expect(page.locator("#result .score")).to_contain_text("10 of 10 points")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.reload()
    expect(page.locator("#result .score")).to_contain_text("10 of 10 points")


def test_pasted_code_is_graded_and_asked_about_with_the_keyboard_alone(visit):
    page = visit(who="bob").page
    page.goto(TASK)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.locator("summary", has_text="Paste your code instead"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#text"))
    page.keyboard.insert_text((RIGHT / "wrong-sign" / "submission.py").read_text())
    tab_to(page, page.get_by_role("button", name="Hand in"))
    page.keyboard.press("Enter")
    await_report(page)
    ask = page.get_by_role("link", name=re.compile("Ask for another look")).first
    tab_to(page, ask)
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#text"))
    page.keyboard.type("Is the sign really wrong?")
    tab_to(page, page.get_by_role("button", name="Send"))
    page.keyboard.press("Enter")
    expect(page.locator(".talk")).to_contain_text("Is the sign really wrong?")


def tab_to(page, wanted):
    """Press the tabulator until something has the focus, as long as that is sensible."""
    for _ in range(120):
        if wanted.evaluate("e => e === document.activeElement"):
            assert wanted.evaluate("e => getComputedStyle(e).outlineStyle !== 'none'")  # it is seen to have it
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {wanted}")


def test_the_cost_curve_is_drawn_while_it_trains_and_again_when_the_page_is_loaded_again(visit):
    page = visit().page
    page.goto("/courses/demo/xor-2-3-1/")
    page.locator("summary", has_text="Paste").click()
    page.fill("#text", SLOW_TRAINING)
    page.get_by_role("button", name="Hand in").click()
    curve, length = page.locator("#live svg path.yours"), "e => e.getAttribute('d').length"
    longer = "had => document.querySelector('#live svg path.yours').getAttribute('d').length > had"
    for _ in range(2):
        expect(curve).to_be_visible()
        expect(page.locator(".phases .now")).to_contain_text("measuring")
        page.wait_for_function(longer, arg=curve.evaluate(length))
        page.reload()
    await_report(page)


def test_a_file_is_dropped_on_the_form(visit):
    page = visit().page
    page.goto(TASK)
    make = """text => { const held = new DataTransfer(); held.items.add(new File([text], "dropped.py")); return held; }"""
    files = page.evaluate_handle(make, right_file().read_text())
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": files})
    expect(page.locator("[data-chosen]")).to_contain_text("dropped.py")
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator(".lead")).to_contain_text("dropped.py")


def test_a_double_click_hands_in_once(visit):
    page = visit(who="bob").page
    page.goto("/courses/demo/cost-functions/")
    page.locator("summary", has_text="Paste").click()
    page.fill("#text", "def sigmoid(z):\n    return z\n")
    page.get_by_role("button", name="Hand in").dblclick()
    expect(page.locator("h1")).to_contain_text("Attempt 1")
    page.goto("/courses/demo/cost-functions/")
    assert page.locator("#attempts tbody tr").count() == 1


def test_what_was_pasted_stays_when_it_is_refused_and_the_fault_has_the_focus(visit):
    seen = visit()
    page = seen.page
    page.goto(TASK)
    page.locator("summary", has_text="Paste").click()
    page.fill("#text", "def f(:\n")
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("#wrong")).to_be_focused()
    expect(page.locator("#wrong")).to_contain_text("line 1")
    assert page.input_value("#text") == "def f(:\n"
    seen.expect_refusal()


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(visit, tmp_path):
    page = visit().page
    page.goto(TASK)
    (tmp_path / "large.py").write_bytes(b"#" * (11 << 20))
    page.set_input_files("#file", str(tmp_path / "large.py"))
    expect(page.locator("[data-chosen]")).to_contain_text("large.py has 11.0 MB; 10 MB is the most.")
    page.get_by_role("button", name="Hand in").click()
    assert page.url.endswith(TASK)


def test_a_large_file_sent_all_the_same_gets_a_page_that_says_so(visit, tmp_path):
    seen = visit()
    page = seen.page
    page.goto(TASK)
    (tmp_path / "large.py").write_bytes(b"#" * (40 << 20))
    page.set_input_files("#file", str(tmp_path / "large.py"))
    page.evaluate("document.querySelector('form[data-upload]').submit()")  # as a page without scripts would
    expect(page.locator("h1")).to_have_text("This is too large")
    assert any("413" in f for f in seen.faults)
    seen.faults.clear()


def test_a_waiting_attempt_is_cancelled(visit, service):
    page = visit(who="bob").page
    page.goto("/courses/demo/xor-2-3-1/")
    source = (SHIPPED / "xor-2-3-1" / "examples" / "lecture-script" / "submission.py")
    for _ in range(3):  # two may run at once, so the last one waits
        page.goto("/courses/demo/xor-2-3-1/")
        page.set_input_files("#file", str(source))
        page.get_by_role("button", name="Hand in").click()
        expect(page.locator("#live")).to_be_visible()
    page.get_by_role("button", name="Cancel this attempt").click()
    expect(page.locator(".message")).to_contain_text("Cancelled")
    expect(page.locator("#result")).to_contain_text("This attempt was cancelled before it began.")


def test_a_session_that_ends_in_mid_upload_loses_nothing_that_was_pasted(visit, service):
    page = visit(who=None).page
    account = next(a for a in json.loads((service.data / "demo-accounts.json").read_text()) if a["name"] == "alice")

    def log_in():
        page.fill("[name=username]", account["name"])
        page.fill("[name=password]", account["password"])
        page.get_by_role("button", name="Log in").click()

    page.goto(TASK)
    log_in()
    page.locator("summary", has_text="Paste").click()
    page.fill("#text", "x = 12345\n")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("alert")).to_contain_text("You had been logged out")
    log_in()
    expect(page.locator("h1")).to_have_text("Linear regression from zero weights")
    expect(page.locator("#text")).to_be_visible()
    assert page.input_value("#text") == "x = 12345\n"
