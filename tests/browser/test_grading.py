"""Grading by hand in a browser, by keyboard: a rubric is made, items are ticked, a line is commented, the student reads it."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


def press(page, key):
    with page.expect_navigation():
        page.keyboard.press(key)


def test_a_ta_grades_by_keyboard_and_the_student_reads_it(visit):
    ta, alice = visit("ta").page, visit("alice").page
    alice.goto("/courses/demo/linear-zero/")
    address = alice.locator("#attempts tbody a").first.get_attribute("href")
    alice.goto(address)
    alice.locator("#result").wait_for()
    ta.goto("/courses/demo/rubric/linear-zero/")
    for name, points in (("The plot is labelled", "1"), ("Copied", "-2")):
        ta.get_by_label("Name, which students read").last.fill(name)
        ta.get_by_label("Points").last.fill(points)
        ta.get_by_role("button", name="Add").click()
        expect(ta.get_by_role("status")).to_contain_text(name)
    ta.goto(address)
    press(ta, "1")
    press(ta, "2")
    expect(ta.locator("[aria-pressed=true]")).to_have_count(2)
    press(ta, "2")
    expect(ta.locator("[aria-pressed=true]")).to_have_count(1)
    ta.get_by_text("Give points or a comment").click()
    ta.get_by_label("Comment, which the student reads").press_sequentially("12jk")  # who writes, grades nothing
    expect(ta.get_by_label("Comment, which the student reads")).to_have_value("12jk")
    ta.goto(f"{address}source")
    ta.get_by_role("link", name="Comment on line 1", exact=True).click()
    ta.get_by_label("Comment on line 1").fill("Why this import?")
    ta.get_by_role("button", name="Comment").click()
    expect(ta.locator(".remark")).to_contain_text("Why this import?")
    press(ta, "j")
    expect(ta.get_by_role("heading", name="Source", level=1)).to_be_visible()
    assert not ta.url.endswith(f"{address}source")
    press(ta, "k")
    assert ta.url.endswith("/source")
    alice.goto(f"{address}source")
    expect(alice.locator(".remark")).to_contain_text("Why this import?")
    alice.goto(address)
    expect(alice.locator("#rubric")).to_contain_text("The plot is labelled +1")
    expect(alice.locator("#rubric")).not_to_contain_text("Copied")
