"""The sweeper's housekeeping."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings

from worker.sweeper import clear_sessions

pytestmark = pytest.mark.django_db


def test_sessions_that_ended_are_removed_and_no_other():
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for lasts in (timedelta(days=1), timedelta(seconds=-5)):
        session = store()
        session.set_expiry(lasts)
        session.save()
    clear_sessions()
    assert store.get_model_class().objects.count() == 1
