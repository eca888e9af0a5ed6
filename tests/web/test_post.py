"""The post: every letter is sent once, whatever the mail server says and whoever is lost in the middle."""

from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core.mail.backends.locmem import EmailBackend

from grader.web import post, specs
from grader.web.models import Letter

pytestmark = pytest.mark.django_db


class Server(EmailBackend):
    """A mail server that takes mail or says what it was told to say, for the first so many times."""

    says: list[Exception] = []
    is_there = True

    def open(self):
        if not self.is_there:
            raise ConnectionRefusedError
        return True

    def send_messages(self, messages):
        if self.says:
            raise self.says.pop(0)
        return super().send_messages(messages)


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    monkeypatch.setattr(post, "get_connection", Server)
    monkeypatch.setattr(Server, "says", [])
    monkeypatch.setattr(Server, "is_there", True)
    return Server


@pytest.fixture
def letter(now):
    return post.write("dora@example.edu", "Hello\n there", "the text", "a key", now)


def state():
    return Letter.objects.values_list("state", "tries", "text").get()


def test_a_letter_goes_out_once_and_its_text_goes(server, letter, now, mailoutbox):
    assert post.write("dora@example.edu", "again", "x", "a key", now) is None
    assert (post.send_due(now), post.send_due(now)) == (1, 0)
    [message] = mailoutbox
    assert (message.subject, message.body, message.to) == ("Hello there", "the text", ["dora@example.edu"])
    assert state() == ("sent", 1, "")


def test_a_server_that_is_away_costs_nothing(server, letter, now, mailoutbox, monkeypatch):
    monkeypatch.setattr(server, "is_there", False)
    assert post.send_due(now) == 0
    assert state() == ("waiting", 0, "the text")
    monkeypatch.setattr(server, "is_there", True)
    assert post.send_due(now) == 1


def test_what_is_refused_for_now_is_tried_later_and_given_up_at_last(server, letter, now, mailoutbox):
    server.says.extend(SMTPDataError(451, b"busy") for _ in range(10))
    at = now
    for tries, pause in enumerate(post.PAUSES, 1):
        assert post.send_due(at) == 0
        assert state() == ("waiting", tries, "the text")
        assert post.send_due(at + pause - timedelta(seconds=1)) == 0
        assert state()[1] == tries
        at += pause
    post.send_due(at)
    assert state() == ("refused", len(post.PAUSES) + 1, "")
    assert mailoutbox == []


def test_what_is_refused_for_good_is_given_up_at_once(server, letter, now):
    server.says.append(SMTPRecipientsRefused({"dora@example.edu": (550, b"no such user")}))
    post.send_due(now)
    assert state()[0] == "refused"
    assert "no such user" in Letter.objects.get().because


@pytest.mark.parametrize("fault", [SMTPServerDisconnected("gone"), TimeoutError("slow")])
def test_what_may_have_gone_out_is_never_sent_again(server, letter, now, fault, mailoutbox):
    server.says.append(fault)
    post.send_due(now)
    post.send_due(now + timedelta(days=2))
    assert state()[0] == "unknown"
    assert mailoutbox == []


def test_the_letter_of_a_lost_sender_is_never_sent_again(server, letter, now, mailoutbox):
    Letter.objects.update(state="sending", lease_until=now)
    post.send_due(now + timedelta(seconds=1))
    assert (state()[0], mailoutbox) == ("unknown", [])


def test_two_senders_send_one(server, letter, now, mailoutbox):
    seen = Letter.objects.get()
    post.send_due(now)
    assert not post._send(seen, Server(), now)
    assert len(mailoutbox) == 1


def test_many_letters_go_in_rounds(server, now, monkeypatch, mailoutbox):
    monkeypatch.setattr(post, "AT_ONCE", 2)
    for k in range(3):
        post.write(f"{k}@example.edu", "x", "y", str(k), now)
    assert [post.send_due(specs.now() + timedelta(days=300)) for _ in range(3)] == [2, 1, 0]
