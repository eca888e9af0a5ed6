"""Every page at phone and desktop width, light and dark: nothing juts out, everything can be read and has a name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow
PAGES = ["/", "/courses/demo/", "/courses/demo/xor-2-3-1/", "/courses/demo/gan-mnist/", "/nothing/here"]
BY_STAFF = ["/courses/demo/", "/courses/demo/gradebook/", "/courses/demo/gradebook/alice/", "/courses/demo/by-hand/",
            "/courses/demo/rubric/", "/courses/demo/rubric/linear-zero/", "/courses/demo/work/", "/courses/demo/work/?state=done",
            "/courses/demo/statistics/", "/courses/demo/statistics/linear-zero/", "/courses/demo/people/",
            "/courses/demo/extensions/", "/courses/demo/announcements/"]
BY_INSTRUCTOR = ["/new-course/", "/audit/", "/people/", "/people/alice/", "/accounts/data/", *(
    f"/courses/demo/{page}/" for page in (
        "people", "people/roster", "people/alice", "dates", "extensions", "settings", "records", "announcements"))]
CONTRAST, NAMES, WIDE = ((Path(__file__).parent / f"{name}.js").read_text() for name in ("contrast", "names", "wide"))


@pytest.fixture(scope="module")
def attempts(service, browser):
    """Wait until alice's attempts of the demo course are graded; gives their pages and what belongs to them."""
    context = browser.new_context(base_url=service.address)
    context.set_default_timeout(600_000)
    context.add_cookies([{"name": "sessionid", "value": service.sessions["alice"], "url": service.address}])
    page, found = context.new_page(), []
    for task in ("linear-zero", "softmax", "xor-2-3-1"):
        page.goto(f"/courses/demo/{task}/")
        found += [a.get_attribute("href") for a in page.locator("#attempts tbody a").all()]
    for address in found:
        page.goto(address)
        page.locator("#result").wait_for()
    page.goto("/courses/demo/linear-zero/")
    rows = page.locator("#attempts tbody a").all()
    numbers = sorted(int(row.get_attribute("href").strip("/").split("/")[-1]) for row in rows)
    context.close()
    return [*found, f"/courses/demo/linear-zero/compare?before={numbers[0]}&after={numbers[-1]}",
            f"/attempts/{numbers[0]}/checks/predict/"]


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_every_page_on_which_a_course_is_run_fits_and_can_be_read(width, scheme, visit):
    seen = visit("instructor", width=width, scheme=scheme)
    faults = {}
    for address in BY_INSTRUCTOR:
        seen.page.goto(address)
        seen.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = !d.classList.contains('menu'); })")
        told = [*seen.page.evaluate(WIDE), *seen.page.evaluate(CONTRAST), *seen.page.evaluate(NAMES)]
        faults |= {address: told} if told else {}
    assert faults == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("who", ["alice", "ta"])
def test_every_page_fits_can_be_read_and_has_its_names(who, width, scheme, visit, attempts):
    seen = visit(who, width=width, scheme=scheme)
    faults = {}
    pages = PAGES if who == "alice" else [*BY_STAFF, f"{attempts[0]}source", f"{attempts[0]}evidence"]
    for address in [*pages, *attempts]:
        seen.page.goto(address)
        seen.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = !d.classList.contains('menu'); })")
        told = [*seen.page.evaluate(WIDE), *seen.page.evaluate(CONTRAST), *seen.page.evaluate(NAMES)]
        faults |= {address: told} if told else {}
    seen.faults[:] = [f for f in seen.faults if "404" not in f]
    assert faults == {}


def test_dark_is_dark_and_light_is_light(visit):
    for scheme, is_dark in (("light", False), ("dark", True)):
        page = visit(scheme=scheme).page
        page.goto("/courses/demo/")
        r, g, b = (int(c) for c in page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)"))
        assert (r + g + b < 200) is is_dark


def test_the_menu_opens_and_holds_the_way_out(visit):
    page = visit(width=390).page
    page.goto("/courses/demo/")
    page.locator(".menu summary").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def test_without_a_chromium_the_tests_say_so_or_fail_when_it_is_required(tmp_path):
    one = f"{__file__}::test_dark_is_dark_and_light_is_light"
    for required, word in (("", "1 skipped"), ("1", "no chromium is installed")):
        env = {"PATH": str(tmp_path), "GRADER_TEST_REQUIRE_BROWSER": required, "HOME": str(tmp_path)}
        run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", one], env=env, check=False,
                             capture_output=True, text=True, cwd=Path(__file__).parents[2])
        assert word in run.stdout
        assert (run.returncode == 0) is (required == "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_of_the_service_fits_and_looks_again_by_itself(width, scheme, visit, attempts, service):
    env = os.environ | {"GRADER_DATA": str(service.data)}
    subprocess.run([sys.executable, "-m", "worker.cli", "user", "staff", "bob"], env=env, check=True, capture_output=True)
    page = visit("bob", width=width, scheme=scheme).page
    page.goto("/service/")
    expect(page.get_by_role("status")).to_contain_text("Workers are there")
    told = [*page.evaluate(WIDE), *page.evaluate(CONTRAST), *page.evaluate(NAMES)]
    assert told == []
    page.evaluate("document.querySelector('[role=status]').textContent = 'old'")
    expect(page.get_by_role("status")).to_contain_text("Workers are there")
