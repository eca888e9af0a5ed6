"""The web tests, on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.running import postgresql

CORE = ["test_access.py", "test_accounts.py", "test_accounts_invitations.py", "test_accounts_limits.py",
        "regrade/test_regrade_judging.py", "regrade/test_regrade_notices.py", "regrade/test_regrade_pages.py",
        "regrade/test_regrade_promotion.py", "test_accounts_passwords.py", "test_audit.py", "test_cli_accounts.py",
        "test_counted.py", "test_erasure.py", "test_erasure_pages.py", "test_frame.py", "test_gradebook_states.py",
        "test_holds.py", "test_late_days.py", "test_retention.py",
        "test_likenesses.py", "test_outcomes.py", "test_points_file.py", "test_queue.py", "test_rubric.py",
        "test_source_page.py", "test_statistics.py", "test_work.py"]


@pytest.mark.docker
@pytest.mark.slow
def test_the_web_tests_hold_on_postgresql():
    here = Path(__file__).parent
    with postgresql() as database:
        run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not docker",
                              "-k", "not production and not from_nothing",  # they have a database of their own
                              *(str(here / name) for name in CORE)], cwd=here.parents[1], capture_output=True, text=True,
                             check=False, env=os.environ | {"GRADER_TEST_DATABASE": database})
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
