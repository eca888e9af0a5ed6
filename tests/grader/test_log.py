"""Lines of the log: one a record, whatever stands in it."""

import io
import json
import logging
import threading

import pytest

from grader import log


@pytest.fixture
def lines():
    """Log into memory in a form; gives what was written, line by line."""
    target, logger = io.StringIO(), logging.getLogger("tests.log")
    handler = logging.StreamHandler(target)
    logger.addHandler(handler)
    logger.propagate = False

    def write(form, write_it):
        handler.setFormatter({"json": log.Json, "text": log.Text}[form]())
        write_it(logger)
        return target.getvalue().splitlines()
    yield write
    logger.removeHandler(handler)
    logger.propagate = True


HOSTILE = 'a\n2026-01-01 CRITICAL forged\r\x1b[2Jb\u2028c\u202ed\x00"}'


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_a_student_wrote_is_one_line_and_moves_no_cursor(form, lines):
    [line] = lines(form, lambda logger: logger.warning("attempt 7: it said: %s", HOSTILE))
    assert line.isprintable()
    assert "forged" in line


def test_a_line_of_json_names_its_attempt_and_no_other(lines):
    def write(logger):
        with log.about(7):
            logger.warning("first")
            thread = threading.Thread(target=logger.warning, args=["of another"])
            thread.start()
            thread.join()
        logger.warning("later")
    told = [json.loads(line) for line in lines("json", write)]
    assert [(t["message"], t.get("attempt")) for t in told] == [("first", 7), ("of another", None), ("later", None)]
    assert set(told[0]) == {"time", "level", "logger", "message", "attempt"}


def test_a_fault_is_told_in_the_same_line(lines):
    def write(logger):
        try:
            int("two\nlines")
        except ValueError:
            logger.exception("a bug")
    [line] = lines("json", write)
    assert "two\\nlines" in json.loads(line)["fault"]


def test_what_is_too_long_is_cut_and_says_so(lines):
    [line] = lines("json", lambda logger: logger.warning("%s", "x" * 100_000))
    assert len(line) < 10_000
    assert "100000 characters" in line
