"""Pictures: well-formed, finite, described, with the numbers behind them, whatever a check left."""

import base64
import re
import struct
import zlib
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from grader.axes import Scale, label, read_curves
from grader.pictures import KINDS, draw, pictures
from grader.pictures.png import png
from grader.pictures.strips import meter, score_strip
from grader.pictures.surface import segments
from grader.pictures.svg import tag, words
from grader.verdict import Result
from tests.sample_reports import (
    band_check,
    curve_check,
    learns_check,
    samples_check,
    scores_check,
    softmax_check,
    surface_check,
    verdict,
)

SVG = "{http://www.w3.org/2000/svg}"
MADE = {"curve": curve_check, "band": band_check, "surface": surface_check, "bars": softmax_check,
        "digits": samples_check, "histogram": scores_check}
NAN = float("nan")


def parsed(drawn):
    root = ET.fromstring(drawn.svg)
    assert root.tag == f"{SVG}svg"
    assert not re.search(r'"[^"]*\b(nan|inf|None)\b[^"]*"', drawn.svg)
    return root


def classes(root, name):
    return [e for e in root.iter() if name in e.get("class", "").split()]


@pytest.mark.parametrize("kind", MADE)
def test_picture_of_a_real_check_is_described_and_has_its_numbers(kind):
    [drawn] = pictures(MADE[kind](), "p1")
    root = parsed(drawn)
    assert root.get("role") == "img"
    identities = [e.get("id") for e in root.iter() if e.get("id")]
    assert root.get("aria-labelledby").split() == ["p1-title", "p1-about"] == identities[:2]
    assert root.find(f"{SVG}title").text
    assert root.find(f"{SVG}desc").text == drawn.caption
    assert drawn.rows
    assert {len(r) for r in drawn.rows} == {len(drawn.head)}


def test_every_kind_of_picture_that_a_check_leaves_can_be_drawn():
    assert {check().picture["type"] for check in MADE.values()} == set(KINDS)


@pytest.mark.parametrize("kind", [*KINDS, "unknown", ""])
@pytest.mark.parametrize("value", [None, [], [[]], [NAN], [[NAN, NAN]], [[0, NAN], [1, float("inf")]], "text",
                                   [["a", "b"]], {"a": 1}, [None], [True], [[0, 1e308], [1, -1e308]], [10**400], 7])
def test_whatever_was_left_draws_finite_svg_or_nothing(kind, value):
    keys = ("got", "want", "bands", "values", "images", "shares", "real", "fake", "noise")
    drawn = draw({"type": kind, "side": 2} | dict.fromkeys(keys, value), "p")
    if drawn is not None:
        parsed(drawn)


def test_curve_draws_the_student_over_the_dashed_reference():
    root = parsed(pictures(curve_check(), "p")[0])
    order = [e.get("class") for e in root.iter(f"{SVG}path") if e.get("class") in {"yours", "reference"}]
    assert order == ["reference", "yours"]


def test_bands_are_drawn_as_bars_and_listed():
    [drawn] = pictures(band_check(), "p")
    assert len(classes(parsed(drawn), "band")) == 5 + 1  # and the legend's
    assert [r[0] for r in drawn.rows] == ["0", "500", "1000", "2000", "2999"]


def test_higher_cost_is_drawn_higher():
    root = parsed(draw({"type": "curve", "got": [[0, 10.0], [1, 1.0], [2, 0.1]]}, "p"))
    [line] = [e for e in root.iter(f"{SVG}path") if e.get("class") == "yours"]
    heights = [float(y) for _, y in re.findall(r"([\d.]+) ([\d.]+)", line.get("d"))]
    assert heights == sorted(heights)
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1], abs=0.1)  # a decade each


@pytest.mark.parametrize("costs", [[1.0, 0.0], [0.0, 0.0], [-1.0, 2.0], [0.6931472] * 3, [18.67, 2.8e18], [5e-324, 1.0],
                                   [1e300, 1e-300], [3.0]])
def test_any_finite_costs_can_be_drawn(costs):
    drawn = draw({"type": "curve", "got": [[k, c] for k, c in enumerate(costs)]}, "p")
    assert len(classes(parsed(drawn), "grid")) >= 1


def test_curve_without_a_finite_cost_still_shows_the_reference():
    drawn = draw({"type": "curve", "got": [[0, NAN]], "want": [[0, 1.0], [1, 0.5]]}, "p")
    assert "no finite cost" in drawn.caption


def test_scale_places_values_and_holds_what_lies_beyond():
    scale = Scale(-2, 2, is_log=True)
    assert [scale.share(v) for v in (0.01, 1.0, 100.0, 1e9, 0.0, -1.0)] == [0, 0.5, 1, 1, 0, 0]
    assert scale.ticks(5) == [0.01, 0.1, 1.0, 10.0, 100.0]
    assert Scale(0, 20000).ticks(4) == [0, 5000, 10000, 15000, 20000]


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (5.13767e-06, "5.14e-6"), (20000, "20000"), (18.666666, "18.67"),
                                             (2.8e18, "2.8e18"), (0.0048525333, "0.004853")])
def test_labels_are_short(value, text):
    assert label(value) == text


def test_costs_that_are_zero_stand_at_the_foot():
    curves = read_curves({"got": [[0, 1.0], [1, 0.01], [2, 0.0]]})
    assert curves.y.is_log
    assert curves.y.share(0.0) == 0 < curves.y.share(0.01)


def test_surface_has_the_four_points_and_the_line_between_the_classes():
    [drawn] = pictures(surface_check(), "p")
    root = parsed(drawn)
    assert len(classes(root, "point")) == 4 + 2  # and the legend's
    assert classes(root, "contour")
    assert "4 of 4 on the right side" in drawn.caption


def test_contour_of_a_plane_is_a_straight_line():
    grid = [np.linspace(0, 1, 5).tolist()] * 5
    assert {round(x, 6) for ends in segments(grid, 0.4) for x, _ in ends} == {52.0 + 250.0 * 0.4}


def test_surface_is_upright():
    values = [row / 4 for row in range(5) for _ in range(5)]  # grows with x2
    root = parsed(draw({"type": "surface", "side": 5, "values": values}, "p"))
    image = next(iter(root.iter(f"{SVG}image")))
    pixels = unpacked(base64.b64decode(image.get("href").partition(",")[2]))
    assert tuple(pixels[0, 0]) == (201, 98, 26)  # orange, class 1, above
    assert tuple(pixels[-1, 0]) == (33, 84, 148)


def test_bars_stand_side_by_side_and_keep_their_height():
    drawn = draw({"type": "bars", "got": [[0.25, 0.75]], "want": [[0.5, 0.5]]}, "p")
    yours = [float(e.get("height")) for e in classes(parsed(drawn), "fill-yours")][1:]
    assert yours[1] == pytest.approx(3 * yours[0], abs=0.1)
    assert drawn.rows == [["0", "yours", "0.25", "0.75"], ["0", "reference", "0.5", "0.5"]]


@pytest.mark.parametrize("got", [[[-20.0, 30.0]], [[1e9, 0.0]], [0.1, 0.9]])
def test_bars_draw_scores_that_are_no_probabilities(got):
    want = [[0.5, 0.5]] if isinstance(got[0], list) else [0.5, 0.5]
    parsed(draw({"type": "bars", "got": got, "want": want}, "p"))


def unpacked(image):
    """Read a PNG with filter 0, checking every chunk's sum."""
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(image):
        size, kind = struct.unpack(">I4s", image[at:at + 8])
        body = image[at + 8:at + 8 + size]
        assert struct.unpack(">I", image[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body)
        chunks[kind] = chunks.get(kind, b"") + body
        at += 12 + size
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, chunks[b"IEND"]) == (8, b"")
    channels = {0: 1, 2: 3}[colour]
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, 1 + width * channels)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, channels)


def test_png_keeps_every_pixel():
    rng = np.random.default_rng(0)
    for channels in (1, 3):
        pixels = rng.integers(0, 256, size=(7, 5, channels), dtype=np.uint8)
        assert np.array_equal(unpacked(png([r.tobytes() for r in pixels], channels)), pixels)


def test_sheet_shows_forty_digits_in_order():
    images = [[k] * 784 for k in range(64)]
    root = parsed(draw({"type": "digits", "images": images, "shares": [0.1] * 10}, "p"))
    pixels = unpacked(base64.b64decode(next(iter(root.iter(f"{SVG}image"))).get("href").partition(",")[2]))[:, :, 0]
    assert pixels.shape == (4 * 30 + 2, 10 * 30 + 2)
    assert [pixels[2 + 30 * (k // 10) + 14, 2 + 30 * (k % 10) + 14] for k in range(40)] == list(range(40))


def test_digits_outside_the_range_of_bytes_are_held():
    parsed(draw({"type": "digits", "images": [[-5.0, 1e9, 3.7, 255.0]], "shares": []}, "p"))


def test_histogram_tells_the_sets_apart_without_colour():
    [drawn] = pictures(scores_check(), "p7")
    root = parsed(drawn)
    fills = {e.get("fill") for e in root.iter(f"{SVG}rect") if e.get("fill")}
    assert fills == {"url(#p7-fake)", "url(#p7-noise)"}
    assert {e.get("id") for e in root.iter(f"{SVG}pattern")} == {"p7-fake", "p7-noise"}
    assert {"real images", "generated images", "noise"} <= {e.text for e in root.iter(f"{SVG}text")}


def test_trials_are_drawn_against_their_band():
    [drawn] = pictures(learns_check(), "p")
    root = parsed(drawn)
    assert (len(classes(root, "cross")), len(classes(root, "dot"))) == (2, 1)
    assert "1 inside the band" in drawn.caption


@pytest.mark.parametrize("margin", ["", "0.1 off, 0.2 allowed", "nan in 0 .. 1", "1 in a .. b", "<x> in 0 .. 1"])
def test_trials_without_a_band_draw_nothing(margin):
    trials = [t.model_copy(update={"margin": margin}) for t in learns_check().trials]
    assert pictures(verdict(trials=trials), "p") == []


def test_texts_in_pictures_are_escaped():
    assert ET.fromstring(words(0, 0, "<script>&\x1b\x00")).text == "<script>&\\x1b\\x00"
    assert ET.fromstring(tag("g", fill='"><script>')).get("fill") == '"><script>'


def test_strip_has_a_segment_per_check_as_long_as_its_points():
    checks = [verdict("a"), verdict("b", Result.FAILED, max_points=3.0), verdict("c", Result.SKIPPED)]
    widths = [float(r.get("width")) for r in ET.fromstring(score_strip(checks)).findall("rect")]
    assert widths == [196, 596, 196]
    assert score_strip([]) == score_strip([verdict(max_points=0.0)]) == ""


@pytest.mark.parametrize("used", [0.0, 0.5, 1.0, 3.0, float("inf")])
def test_meter_is_full_only_at_the_limit(used):
    root = ET.fromstring(meter(used))
    bar = float(root.findall("rect")[1].get("width"))
    assert (bar >= 99) is (used >= 1)
    assert (root.find("path") is not None) is (used > 1)


def test_meter_of_nothing_is_nothing():
    assert meter(None) == meter(NAN) == ""
