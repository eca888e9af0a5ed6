"""The sweeper's postman: gathers news and sends the letters that are due, beside the sweeping and never in its way."""

from __future__ import annotations

import logging
import threading

from django.db import InterfaceError, OperationalError, connection

from grader.web import news, post, specs
from grader.web.regrades import notices

ROUND_S = 5.0
log = logging.getLogger(__name__)


def deliver(stopped: threading.Event) -> None:
    """Send letters until told to stop; a round that fails is followed by the next."""
    while True:
        try:
            notices.gather(specs.now())
            news.gather(specs.now())
            sent = post.send_due(specs.now())
            if sent:
                log.info("%d letters sent", sent)
        except (OperationalError, InterfaceError) as e:
            log.warning("no letter is sent: the database doesn't answer: %s", e)
        finally:
            connection.close()
        if stopped.wait(ROUND_S):
            return
