"""A person's data through the real server: the copy that they download, and their erasure."""

import json
import zipfile

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


def test_a_copy_is_downloaded_and_a_person_is_erased(service, visit, tmp_path):
    bob = visit("bob").page
    bob.goto("/accounts/")
    bob.get_by_role("link", name="Your data").click()
    with bob.expect_download() as found:
        bob.get_by_role("link", name="Download your data").click()
    found.value.save_as(tmp_path / "bob.zip")
    with zipfile.ZipFile(tmp_path / "bob.zip") as packed:
        assert packed.testzip() is None
        told = json.loads(packed.read("record.json"))
    assert told["account"]["user"] == "bob"
    page = visit("instructor", width=390).page
    page.goto("/people/bob/")
    page.screenshot(path=tmp_path / "before.png", full_page=True)
    page.get_by_label("Why").fill("Bob asked for it")
    page.get_by_label("To confirm").fill("bob")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("What stays stands under the name erased person")).to_be_visible()
    page.goto("/people/?search=erased")
    page.get_by_role("link", name="erased-").click()
    expect(page.get_by_text("by instructor")).to_be_visible()
    expect(page.locator(".lead")).to_contain_text("erased-")
    bob.goto("/accounts/")
    expect(bob.get_by_label("Password")).to_be_visible()
