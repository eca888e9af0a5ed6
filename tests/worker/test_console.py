"""The report in a terminal: 80 columns, no colour, ASCII only, and texts that attack the terminal."""

import io
import re

import pytest
from rich.console import Console

from grader.verdict import Result
from tests.sample_reports import (
    HOSTILE,
    band_check,
    curve_check,
    hostile_report,
    learns_check,
    mixed_report,
    report,
    skipped_check,
    verdict,
    weights_check,
)
from worker.console import show, summary
from worker.plot import plot

BRAILLE = re.compile("[\u2801-\u28ff]")


class AsciiFile(io.StringIO):
    """A terminal that knows only ASCII."""

    encoding = "ascii"

    def write(self, text):
        text.encode("ascii")
        return super().write(text)


def printed(*reports, what=show, width=80, file=None, **more):
    file = file or io.StringIO()
    console = Console(file=file, width=width, **more)
    what(reports[0] if what is show else reports, console)
    return file.getvalue()


def said(text):
    return " ".join(text.split())


@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width):
    for made in (mixed_report(), hostile_report(), hostile_report("A" * 100_000)):
        assert max(map(len, printed(made, width=width).splitlines())) <= width


def test_report_starts_with_title_score_file_and_status():
    head = printed(mixed_report()).splitlines()[:2]
    assert "Linear regression from zero weights" in head[0]
    assert head[0].endswith("points")
    assert "submission.py (finished" in head[1]


def test_verdicts_have_a_sign_and_a_word_reason_margin_and_points():
    text = said(printed(report(weights_check(), curve_check(True), skipped_check(), learns_check()), width=100))
    for expected in ("✓ passed W and b at the end", "✗ failed the cost falls", "– skipped the program also fits",  # noqa: RUF001
                     "3 / 3", "0 / 2", "times the allowed distance", "not judged, because curve did not pass",
                     "margin: 0.012 in 0.001 .. 0.4; 1 of 3 trials passed"):
        assert expected in text


def test_hints_of_what_failed_stand_below_the_table_and_of_nothing_else():
    text = printed(report(weights_check(), curve_check(True), skipped_check()))
    below = text[text.index("What to try"):]
    assert "Are the gradients cleared in every step?" in below
    assert "The lecture's run ends" not in text
    assert "Are results computed" not in text


def test_full_marks_need_no_hints():
    assert "What to try" not in printed(report(weights_check()))


def test_curve_of_the_failed_check_is_drawn_against_the_reference():
    text = printed(report(curve_check(), curve_check(True)))
    assert text.count("Cost over the steps") == 1
    assert BRAILLE.search(text)
    assert "reference" in text
    assert "step 2000" in text


def test_curve_falls_from_left_to_right():
    rows = [line.plain for line in plot(curve_check().picture, 80)][1:-1]
    firsts = [min(m.start() for m in BRAILLE.finditer(r)) for r in rows if BRAILLE.search(r)]
    assert len(firsts) >= 8
    assert firsts == sorted(firsts)


def test_bands_are_drawn_as_bars():
    lines = [line.plain for line in plot(band_check().picture, 80)]
    assert "right programs" in lines[0]
    assert sum(line.count("┃") for line in lines[1:]) >= 5


@pytest.mark.parametrize("picture", [{}, {"type": "curve"}, {"got": [[0, float("nan")]]}, {"got": "text"}])
def test_nothing_to_draw_draws_nothing(picture):
    assert plot(picture, 80) == []


@pytest.mark.parametrize("costs", [[0.0], [0.0, 0.0], [1e300, 1e-300], [-1.0, 1.0], [2.0, float("inf"), 1.0]])
def test_any_costs_fit_on_the_canvas(costs):
    lines = plot({"got": [[k, c] for k, c in enumerate(costs)]}, 60, 8)
    assert len(lines) == 10
    assert max(len(line.plain) for line in lines) <= 60


def test_no_colour_means_no_escape_sequence():
    assert "\x1b" not in printed(mixed_report(), no_color=True)


def test_colours_are_used_where_the_terminal_has_them():
    text = printed(mixed_report(), force_terminal=True, color_system="standard")
    assert "\x1b[32m✓ passed" in text
    assert "\x1b[31m✗ failed" in text


def test_terminal_that_knows_only_ascii_gets_ascii():
    text = printed(mixed_report(), file=AsciiFile())
    assert "+ passed" in text
    assert "x failed" in text
    assert "***" in text
    printed(hostile_report(), file=AsciiFile())
    printed(mixed_report(), hostile_report(), what=summary, file=AsciiFile())


@pytest.mark.parametrize("more", [{}, {"force_terminal": True, "color_system": "truecolor"}])
def test_hostile_texts_are_printed_as_they_are_without_commands(more):
    for text in (printed(hostile_report(), **more), printed(hostile_report(), what=summary, **more)):
        plain = re.sub(r"\x1b\[[0-9;]*m", "", text)  # our own colours
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", plain)
        assert "[red]red[/red]" in plain
        assert "\x1b]8;" not in text  # no link
        text.encode("utf-8")
    assert "\\x1b[31mred" in said(printed(hostile_report(), width=100))


def test_students_cannot_forge_a_passed_line_with_colours():
    text = printed(report(verdict(result=Result.FAILED), stdout="\x1b[32m✓ passed\x1b[0m\r\x1b[2Kfine"),
                   force_terminal=True, color_system="standard")
    assert "\x1b[32m✓ passed" not in text


@pytest.mark.parametrize("text", ["A" * 300_000, "\n" * 300_000, "\x00" * 300_000, "x\n" * 100_000])
def test_huge_texts_are_capped(text):
    assert len(printed(hostile_report(text))) < 60_000


def test_output_is_cut_and_says_so():
    text = printed(report(verdict(), stdout="".join(f"line {k}\n" for k in range(500))))
    assert "line 19" in text
    assert "line 20" not in text
    assert "(480 more lines)" in text


@pytest.mark.parametrize(("status", "sentence"), [
    ("timeout", "took too long"), ("memory", "too much memory"), ("output", "wrote too much"),
    ("crashed", "ended before it was done"), ("broken", "The fault is ours")])
def test_run_that_did_not_finish_says_why(status, sentence):
    text = said(printed(report(skipped_check(), status=status, because="stopped after 60 s (limit 60 s)")))
    assert sentence in text
    assert "stopped after 60 s (limit 60 s)" in text
    assert ("not graded" in text) is (status == "broken")


def test_provenance_is_one_line_with_the_weaker_limits_named():
    text = said(printed(mixed_report(), width=100))
    assert "engine bubblewrap · runtime pytorch · device cpu · seed 7 · time 3.21 s · peak memory 413 MB" in text
    assert "weaker limits here: memory is limited by process" in text


def test_report_without_provenance_is_printed():
    assert "0 / 0 points" in printed(report(provenance={}))


def test_summary_has_a_row_per_submission():
    text = printed(report(weights_check(), file="a.py"), report(curve_check(True), file="b.py"),
                   report(skipped_check(), file="c.py", status="timeout", because="60 s"), what=summary, width=100)
    rows = [said(line) for line in text.splitlines() if ".py" in line]
    assert [r.split()[0] for r in rows] == ["a.py", "b.py", "c.py"]
    assert "3 / 3 ✓ 1 of 1" in rows[0]
    assert "0 / 2 ✗ 0 of 1 the cost falls" in rows[1]
    assert "timeout" in rows[2]


def test_markup_in_the_hostile_text_would_have_been_read():
    assert "[red]" in HOSTILE


def test_each_of_several_trials_is_shown_against_the_band():
    text = said(printed(report(learns_check()), width=100))
    for expected in ("✗ seed 100: 0.71 in 0.001 .. 0.4", "✗ seed 101: 0.69 in 0.001 .. 0.4", "✓ seed 102: 0.012 in 0.001 .. 0.4"):
        assert expected in text
    assert "seed 100:" not in said(printed(report(learns_check(finals=(0.012,))), width=100))
