"""A real browser at a real service: web, worker, sweeper and Redis as `grader serve` starts them, with the demo course in it.

Without a Chromium the tests are skipped; with GRADER_TEST_REQUIRE_BROWSER=1 they fail instead.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
PATIENCE_S = 180  # a loaded machine grades slowly
SESSIONS = """
import importlib, json
import django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.conf import settings
from grader.web.models import User
found = {}
for user in User.objects.all():
    store = importlib.import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    found[user.username] = store.session_key
print(json.dumps(found))
"""


@dataclass
class Service:
    """A running service: its address, its data folder, and a session of every account."""

    address: str
    data: Path
    sessions: dict[str, str]


@dataclass
class Seen:
    """A page, and what went wrong in it without anybody seeing it."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def watch(self):
        self.page.on("console", lambda m: self.faults.append(f"console: {m.text}") if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.faults.append(f"script: {e}"))
        self.page.on("request", lambda r: None if r.url.startswith((self.address, "data:", "blob:"))
                     else self.faults.append(f"left the server: {r.url}"))
        self.page.on("requestfailed", lambda r: self.faults.append(f"failed: {r.url}")
                     if "ERR_ABORTED" not in (r.failure or "") else None)

    def expect_refusal(self):
        """Forget that the browser writes of a refused form."""
        self.faults[:] = [f for f in self.faults if not re.search(r"status of 422", f)]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(address):
    try:
        with urllib.request.urlopen(f"{address}/static/report.css", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def chromium():
    """Find Chromium."""
    found = os.environ.get("GRADER_TEST_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        give_up = pytest.fail if os.environ.get("GRADER_TEST_REQUIRE_BROWSER", "") not in ("", "0") else pytest.skip
        give_up("no chromium is installed")
    return found


@pytest.fixture(scope="session")
def service(chromium):
    """Run the whole service, as somebody does who tries it out."""
    data, port = Path(os.environ["GRADER_DATA"]) / "served", free_port()
    env = os.environ | {"GRADER_DATA": str(data), "GRADER_PORT": str(port), "GRADER_ENGINE": "bubblewrap", "GRADER_JOBS": "1",
                        "DJANGO_SETTINGS_MODULE": "grader.web.settings"}
    env.pop("GRADER_DATABASE", None)
    log = (data.parent / "served.log").open("wb")
    serving = subprocess.Popen([sys.executable, "-m", "worker.cli", "serve"], env=env, stdout=log, stderr=log)
    try:
        address, until = f"http://localhost:{port}", time.monotonic() + PATIENCE_S
        while not answers(address):
            assert serving.poll() is None, Path(log.name).read_text()
            assert time.monotonic() < until, Path(log.name).read_text()
            time.sleep(0.2)
        sessions = json.loads(subprocess.run([sys.executable, "-c", SESSIONS], env=env, check=True, capture_output=True).stdout)
        yield Service(address, data, sessions)
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(PATIENCE_S)
        log.close()


@pytest.fixture(scope="session")
def browser(chromium):
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser, service):
    """Open a page as somebody, at a width; what goes wrong in it unseen fails the test at its end."""
    opened = []

    def open_page(who="alice", width=1280, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=service.address,
                                      has_touch=width < 500)
        context.set_default_timeout(PATIENCE_S * 1000)
        if who:
            context.add_cookies([{"name": "sessionid", "value": service.sessions[who], "url": service.address}])
        seen = Seen(context.new_page(), service.address)
        seen.watch()
        opened.append(seen)
        return seen
    yield open_page
    for seen in opened:
        seen.page.context.close()
    assert [f for seen in opened for f in seen.faults] == []
