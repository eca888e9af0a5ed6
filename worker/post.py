"""Sending what waits to be mailed, beside the sweeper: a mail server that hangs must keep no attempt from being put back."""

from __future__ import annotations

import logging
import threading

from django.db import InterfaceError, OperationalError, connection

from grader.web import specs
from grader.web.regrades import notices

ROUND_S = 10.0
log = logging.getLogger(__name__)


def run(stopped: threading.Event) -> None:
    """Send until told to stop; a round that fails is followed by the next."""
    while not stopped.is_set():
        try:
            notices.send_mails(specs.now())
        except (OperationalError, InterfaceError) as e:
            log.warning("no mail: the database doesn't answer: %s", e)
        finally:
            connection.close()
        stopped.wait(ROUND_S)
