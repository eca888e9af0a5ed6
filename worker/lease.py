"""Holding a lease for as long as the work under it takes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger(__name__)


@contextmanager
def renewed(renew: Callable[[], bool], every_s: float, name: str) -> Iterator[None]:
    """Renew a lease again and again until the block ends, or until it is lost."""
    done = threading.Event()
    def keep_renewing() -> None:
        while not done.wait(every_s):
            try:
                if not renew():
                    return
            except (OperationalError, InterfaceError) as e:
                log.warning("%s: its lease is not renewed: %s", name, e)
            finally:
                connection.close()
    thread = threading.Thread(target=keep_renewing, name=f"lease of {name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
