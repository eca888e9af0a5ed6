"""Pictures of a whole class: columns and lines, with words and numbers for who can't see them."""

import re
from xml.etree import ElementTree as ET

import pytest

from grader.pictures import columns, lines
from grader.pictures.columns import HEIGHT, TOP, Chart, Kind


def chart(*kinds, labels=("a", "b", "c"), **more):
    return Chart("Something", "bin", labels, kinds, "A caption.", **more)


def rects(svg):
    root = ET.fromstring(svg)  # it is well formed
    return [e for e in root.iter("{http://www.w3.org/2000/svg}rect") if float(e.get("y", "0")) >= TOP - 1]


def test_columns_are_as_high_as_what_they_count():
    drawn = columns.draw(chart(Kind("things", [1.0, 0.0, 4.0])), "k")
    small, large = (float(r.get("height")) for r in rects(drawn.svg))
    assert large == pytest.approx(4 * small, rel=0.01)
    assert (drawn.head, drawn.rows) == (["bin", "things"], [["a", "1"], ["b", "0"], ["c", "4"]])
    assert 'role="img"' in drawn.svg
    assert "A caption." in drawn.svg


def test_kinds_stand_on_one_another_and_differ_without_colour():
    drawn = columns.draw(chart(Kind("passed", [2.0, 1.0, 0.0]), Kind("failed", [2.0, 0.0, 1.0], "striped")), "k")
    first = [r for r in rects(drawn.svg) if r.get("x") == rects(drawn.svg)[0].get("x")]
    lower, upper = sorted(first, key=lambda r: -float(r.get("y")))
    assert float(upper.get("y")) + float(upper.get("height")) == pytest.approx(float(lower.get("y")), abs=0.1)
    assert upper.get("fill") == "url(#k-stripes)"
    assert "passed" in drawn.svg
    assert "failed" in drawn.svg


def test_long_names_get_lines_of_their_own():
    drawn = columns.draw(chart(Kind("generator-moves-discriminator", [1.0, 1.0, 1.0]), Kind("b", [1.0, 1.0, 1.0], "hollow")), "k")
    assert float(ET.fromstring(drawn.svg).get("viewBox").split()[3]) > HEIGHT


@pytest.mark.parametrize("kinds", [[Kind("a", [0.0, 0.0, 0.0])], [Kind("a", [])], []])
def test_nothing_is_no_picture(kinds):
    assert columns.draw(chart(*kinds, labels=("a",) * len(kinds[0].values) if kinds else ()), "k") is None


def test_hundreds_of_columns_have_few_labels_and_all_numbers():
    drawn = columns.draw(chart(Kind("a", [1.0] * 120), labels=[f"day {k}" for k in range(120)]), "k")
    assert len(drawn.rows) == 120
    assert len(re.findall(r">day \d+<", drawn.svg)) <= columns.MOST_LABELS


def test_the_limit_stands_before_its_column():
    drawn = columns.draw(chart(Kind("a", [1.0, 1.0, 1.0]), mark=2), "k")
    [limit] = [e for e in ET.fromstring(drawn.svg).iter("{http://www.w3.org/2000/svg}line") if e.get("class") == "limit"]
    third = rects(drawn.svg)[2]
    assert float(limit.get("x1")) <= float(third.get("x"))


def test_names_are_text():
    drawn = columns.draw(chart(Kind("<b>", [1.0, 1.0, 1.0]), Kind("&", [1.0, 1.0, 1.0])), "k")
    ET.fromstring(drawn.svg)
    assert "<b>" not in drawn.svg


def test_lines_leave_days_out_on_which_there_was_nothing():
    two = [("half", [1.0, None, 4.0]), ("most", [10.0, None, 400.0])]
    drawn = lines.draw("Waits", ["1 Nov", "2 Nov", "3 Nov"], two, "s", "k")
    ET.fromstring(drawn.svg)
    assert drawn.rows == [["1 Nov", "1", "10"], ["2 Nov", "", ""], ["3 Nov", "4", "400"]]
    assert drawn.svg.count('class="reference"') == 2  # the line and its name's sample
    assert drawn.svg.count("<circle") == 2
    assert lines.draw("Waits", ["1 Nov"], [("half", [None])], "s", "k") is None
