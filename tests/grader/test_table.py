"""Rows of a spreadsheet: a column per check, and no cell that a spreadsheet would run."""

import csv
import io

import pytest

from grader.table import FORMULA, HEAD, cell, csv_rows
from grader.verdict import Result
from tests.sample_reports import curve_check, hostile_report, report, verdict, weights_check


def test_rows_have_one_column_per_check_in_the_order_of_the_reports():
    rows = csv_rows([report(weights_check(), curve_check(True)), report(weights_check(True), verdict("extra"))])
    assert rows[0] == [*HEAD, "weights", "curve", "extra", "flags", "because"]
    assert rows[1][:6] == ["submission.py", "linear-zero", "function", "finished", "3", "5"]
    assert rows[1][6:9] == ["3", "0", ""]
    assert rows[2][6:9] == ["0", "", "1"]
    assert {len(r) for r in rows} == {len(rows[0])}


def test_last_column_says_what_went_wrong_first():
    rows = csv_rows([report(weights_check(), curve_check(True)), report(verdict(), status="timeout", because="60 s"),
                     report(weights_check())])
    assert rows[1][-1].startswith("curve: cost at step")
    assert [r[-1] for r in rows[2:]] == ["60 s", ""]


def test_fault_of_ours_has_no_score():
    assert csv_rows([report(verdict("a", Result.SKIPPED), status="broken")])[1][4] == ""


def test_no_reports_give_a_header_alone():
    assert csv_rows([]) == [[*HEAD, "flags", "because"]]


@pytest.mark.parametrize("start", FORMULA)
def test_cells_that_look_like_formulas_are_quoted(start):
    rows = csv_rows([report(verdict("a", Result.FAILED), file=f"{start}cmd|' /C calc'!A0.py", because=f"{start}1+1")])
    assert rows[1][0].startswith("'")
    assert rows[1][-1].startswith("'")


@pytest.mark.parametrize("text", [" =1+1", "\u00a0=1+1", "\r\n@x", "\t=1"])
def test_blanks_before_a_formula_do_not_hide_it(text):
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["submission.py", "h: 0.1 off", "a=b", "", "0.5"])
def test_other_cells_stay_as_they_are(text):
    assert cell(text) == text


def test_hostile_texts_come_back_from_a_csv_reader_on_one_line_each():
    rows = csv_rows([hostile_report(), hostile_report("A" * 100_000), hostile_report("\x00\n\x1b[2J\n" * 1000)])
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    assert list(csv.reader(io.StringIO(out.getvalue()))) == rows
    assert not any(c in text for row in rows for text in row for c in "\x1b\n\r\x00")
    assert max(len(text) for row in rows for text in row) < 3000
    out.getvalue().encode("utf-8")
