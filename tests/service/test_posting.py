"""Mail by real sweepers: each letter goes out once, however many sweepers there are and whichever is killed."""

import signal

import pytest

from tests.service.running import wait_for

pytestmark = pytest.mark.slow
MANY = 12


def test_letters_are_sent_once_by_two_sweepers_and_after_one_is_killed(service, desk):
    service.start("redis")
    for k in range(MANY):
        desk.invite(email=f"new-{k}@example.org")
    assert {state for _, state in desk.letters()} == {"waiting"}
    service.start("sweeper")
    service.start("sweeper", called="second")
    wait_for(lambda: all_sent(desk), service.logs)
    service.end("sweeper", signal.SIGKILL)
    desk.invite(email="late@example.org")
    wait_for(lambda: all_sent(desk), service.logs)
    printed = "".join(f.read_text() for f in service.home.glob("*.log"))  # where no mail server is set, mail is printed
    for address, _ in desk.letters():
        assert printed.count(f"To: {address}\n") == 1, address


def all_sent(desk):
    return all(state == "sent" for _, state in desk.letters())
