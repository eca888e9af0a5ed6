"""The HTML report: structure by parsing, nothing that runs or is fetched, contrast, and texts that attack it."""

import re
from html.parser import HTMLParser

import pytest

from grader.html import STYLE, TEMPLATES, coded, policy, render
from grader.verdict import Result
from tests.sample_reports import (
    HOSTILE,
    curve_check,
    hostile_report,
    learns_check,
    mixed_report,
    report,
    skipped_check,
    verdict,
    weights_check,
)

VOID = {"meta", "link", "br", "img", "hr", "input"}
TEXT = [("ink", "bg"), ("ink", "card"), ("dim", "bg"), ("dim", "card"), ("accent", "bg"), ("accent", "card"),
        ("ink", "hint"), ("dim", "hint"), ("accent", "hint"), ("passed", "passed-bg"), ("failed", "failed-bg"),
        ("skipped", "skipped-bg")]
SHAPES = [("yours", "card"), ("reference", "card"), ("band", "card"), ("passed", "card"), ("failed", "card"),
          ("passed", "skipped-bg"), ("failed", "failed-bg")]


class Page(HTMLParser):
    """Collects elements as (name, attributes, text inside) and holds that every element is closed in order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        self.elements.append([tag, dict(attrs), ""])
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_startendtag(self, tag, attrs):
        self.elements.append([tag, dict(attrs), ""])

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        for element in self.open:
            element[2] += data

    def all(self, tag, **wanted):
        return [e for e in self.elements if e[0] == tag and all(e[1].get(k) == v for k, v in wanted.items())]

    def one(self, tag, **wanted):
        [found] = self.all(tag, **wanted)
        return found


def said(text):
    return " ".join(text.split())


def test_page_has_landmarks_a_language_and_one_heading_of_the_first_level():
    page = Page(render(mixed_report()))
    assert page.one("html")[1]["lang"] == "en"
    for landmark in ("header", "main", "footer", "h1"):
        page.one(landmark)
    assert page.one("a", **{"class": "skip"})[1]["href"] == "#main"
    assert page.one("main")[1]["id"] == "main"


def test_every_label_and_link_inside_the_page_leads_to_one_element():
    page = Page(render(mixed_report()))
    identities = [e[1]["id"] for e in page.elements if "id" in e[1]]
    assert len(identities) == len(set(identities))
    asked = [i for e in page.elements for i in e[1].get("aria-labelledby", "").split()]
    asked += [e[1]["href"].removeprefix("#") for e in page.all("a")]
    asked += re.findall(r"url\(#([^)]+)\)", render(mixed_report()))
    assert set(asked) <= set(identities)


def test_nothing_runs_and_nothing_is_fetched():
    text = render(mixed_report())
    page = Page(text)
    assert not {e[0] for e in page.elements} & {"script", "link", "iframe", "object", "embed", "base", "form", "img"}
    for name, attributes, _ in page.elements:
        assert "style" not in attributes, name
        assert not [a for a in attributes if a.startswith("on")]
        for key in ("href", "src", "xlink:href"):
            assert attributes.get(key, "#").startswith(("#", "data:image/png;base64,"))
    assert "url(" not in page.one("style")[2]
    assert "@import" not in page.one("style")[2]


def test_policy_allows_exactly_the_style_of_the_page():
    page = Page(render(mixed_report()))
    told = page.one("meta", **{"http-equiv": "Content-Security-Policy"})[1]["content"]
    assert told == policy(page.one("style")[2])
    assert told.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in told


def test_score_and_what_to_do_next_come_before_the_checks():
    text = said(Page(render(report(weights_check(True), curve_check(True)))).one("body")[2])
    order = ("0 of 5 points", "What to do next", "W and b at the end", "Then the cost falls", "Verdict")
    places = [text.index(t) for t in order]
    assert places == sorted(places)


def test_every_check_has_a_row_with_sign_word_reason_hint_and_points():
    page = Page(render(report(weights_check(), curve_check(True), skipped_check())))
    rows = [said(e[2]) for e in page.all("tr", role="row")][1:]
    assert [r.split()[:2] for r in rows] == [["✓", "passed"], ["✗", "failed"], ["–", "skipped"]]  # noqa: RUF001
    assert "Try" not in rows[0]
    assert "Are the gradients cleared in every step?" in rows[1]
    assert "not judged, because curve did not pass" in rows[2]
    assert rows[0].endswith("3 of 3")
    assert rows[1].endswith("0 of 2")


def test_picture_stands_in_the_row_of_its_check_with_its_numbers():
    page = Page(render(report(weights_check(), curve_check())))
    rows = [e for e in page.all("tr") if e[1].get("id") in {"check-1", "check-2"}]
    assert "reference" not in rows[0][2]
    assert "Your cost goes from 18.67" in rows[1][2]
    assert len(page.all("details")) == len(page.all("figure")) == 1
    assert page.one("svg", role="img")[1]["aria-labelledby"] == "check-2-title check-2-about"


def test_all_kinds_of_pictures_are_drawn():
    page = Page(render(mixed_report()))
    titles = {e[2] for e in page.all("title")}
    assert {"Cost over the steps", "Decision surface", "Probabilities, row by row", "Generated digits",
            "Scores of your discriminator", "Trials against the band"} <= titles


def test_full_marks_say_that_nothing_is_left_to_do():
    text = said(Page(render(report(weights_check()))).one("body")[2])
    assert "every check passed" in text
    assert "Try:" not in text


@pytest.mark.parametrize(("status", "sentence"), [
    ("timeout", "took too long"), ("memory", "too much memory"), ("output", "wrote too much"),
    ("crashed", "ended before")])
def test_run_that_did_not_finish_says_so_first(status, sentence):
    made = report(weights_check(True), status=status, because="stopped after 60 s (limit 60 s)")
    text = said(Page(render(made)).one("main")[2])
    assert sentence in text[:120]
    assert "stopped after 60 s (limit 60 s)" in text


def test_fault_of_ours_shows_no_score():
    page = Page(render(report(skipped_check(), status="broken", because="no engine answers")))
    assert "The fault is ours" in page.one("main")[2]
    assert said(page.one("p", **{"class": "score"})[2]) == "not graded"


def test_hostile_texts_stay_texts():
    text = render(hostile_report())
    page = Page(text)
    assert not page.all("script")
    assert "\x1b" not in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)
    assert "<script>alert('x')</script> &amp; \"quoted\"" in said(page.one("h1")[2])
    assert "{{ 7 * 7 }}" in said(page.one("h1")[2])
    assert "\\x1b[31mred" in page.all("pre")[0][2]
    text.encode("utf-8")


@pytest.mark.parametrize("text", ["A" * 300_000, "\n" * 300_000, "\x00" * 300_000, "<b>" * 100_000, "&" * 300_000,
                                  "line\n" * 60_000, "\u0301" * 300_000])
def test_huge_texts_are_capped(text):
    rendered = render(hostile_report(text))
    assert len(rendered) < 1_500_000
    Page(rendered)


def test_longer_output_says_how_much_is_missing():
    page = Page(render(report(weights_check(), stdout="".join(f"line {k}\n" for k in range(1000)))))
    assert "line 199\n… (800 more lines)" in page.one("pre")[2]
    assert "line 200\n" not in page.one("pre")[2]


def test_numbers_that_are_none_never_break_the_page():
    bad = float("nan")
    checks = [verdict("a", used=bad, picture={"type": "curve", "got": [[0, bad], [1, float("inf")]]}),
              verdict("b", Result.FAILED, used=float("inf"),
                      picture={"type": "surface", "side": 2, "values": [bad] * 4}),
              verdict("c", points=bad, max_points=bad, picture={"type": "bars", "got": [[bad]], "want": [[1.0]]})]
    page = Page(render(report(*checks, score=bad, points=bad, provenance={"seconds": bad, "peak_memory_mb": None})))
    assert not page.all("figure")
    assert "nan" not in page.one("main")[2].lower()


def test_weaker_limits_are_named():
    assert "memory is limited by process" in Page(render(mixed_report())).one("footer")[2]


def test_same_report_gives_the_same_page():
    assert render(mixed_report()) == render(mixed_report())


@pytest.mark.parametrize(("text", "shown"), [
    ("exactly `steps` updates at `lr`", "exactly <code>steps</code> updates at <code>lr</code>"), ("a ` alone", "a ` alone"),
    ("`<b>` & <i>", "<code>&lt;b&gt;</code> &amp; &lt;i&gt;"), ("", "")])
def test_what_stands_between_backticks_is_code(text, shown):
    assert coded(text) == shown


def test_only_our_own_style_and_pictures_are_marked_safe():
    template = "".join(file.read_text() for file in TEMPLATES.glob("*.html"))
    assert sorted(re.findall(r"\{\{\s*([\w.]+)\s*\|\s*safe", template)) == ["drawn.svg", "row.meter", "strip", "style"]


def colours(css, nth):
    block = re.findall(r":root \{([^}]*)\}", css)[nth]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[k:k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("nth", [0, 1, 2], ids=["light", "dark", "print"])
def test_contrast_reaches_level_aa(nth):
    named = colours(STYLE.read_text(), nth)
    weak = [(a, b) for pairs, least in ((TEXT, 4.5), (SHAPES, 3.0)) for a, b in pairs
            if contrast(named[a], named[b]) < least]
    assert not weak


def test_hostile_text_has_what_the_tests_look_for():
    assert all(c in HOSTILE for c in "\x1b\x00\x07\x7f\u202e\ud800")


def test_each_of_several_trials_is_listed_with_its_margin():
    text = said(re.sub("<[^>]*>", " ", render(report(learns_check()))))
    assert "seed 100 failed: 0.71 in 0.001 .. 0.4" in text
    assert "seed 102 passed: 0.012 in 0.001 .. 0.4" in text
