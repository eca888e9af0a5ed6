"""The addresses that a proxy asks, on any database and without one."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError

from grader.web import health


def asked(path, application=None):
    """Ask the application that stands before Django; gives status and what it said."""
    sent = []

    async def behind(_scope, _receive, _send):
        sent.append("passed on")

    async def send(message):
        sent.append(message)
    with ThreadPoolExecutor(1) as thread:  # a browser's test in this process may have left a loop running in this one
        thread.submit(asyncio.run, health.watched(behind)({"type": "http", "path": path}, None, send)).result()
    return sent[0] if sent[0] == "passed on" else (sent[0]["status"], json.loads(sent[1]["body"]))


@pytest.mark.django_db(transaction=True)
def test_a_service_with_its_database_is_alive_and_ready():
    assert asked("/healthz") == (200, {"status": "ok"})
    assert asked("/readyz") == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/", "/healthz/", "/readyz/x", "/accounts/login/"])
def test_all_else_is_passed_on(path):
    assert asked(path) == "passed on"


@pytest.mark.django_db(transaction=True)
def test_a_service_whose_store_is_out_of_reach_is_alive_and_not_ready(settings, tmp_path):
    (tmp_path / "store").write_text("no folder")
    settings.GRADER = settings.GRADER.model_copy(update={"data": tmp_path})
    assert asked("/healthz")[0] == 200
    assert asked("/readyz") == (503, {"status": "faulty", "store": "fault"})


def test_a_database_that_fails_is_named_and_nothing_of_its_message_is_shown(monkeypatch):
    def fail():
        raise OperationalError("password of grader@10.0.0.1 is wrong")
    monkeypatch.setattr(health, "database", fail)
    monkeypatch.setattr(health, "store", lambda: None)
    assert asked("/readyz") == (503, {"status": "faulty", "database": "fault"})
