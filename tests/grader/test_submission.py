"""What is handed in is checked before any run: each refusal says what, where and what instead."""

from __future__ import annotations

import io
import stat
import tracemalloc
import warnings
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.submission import MAX_NOTEBOOK, MAX_SOURCE, MAX_ZIP, MAX_ZIP_FILES, read_submission

RIGHT = "def double(x):\n    return 2 * x\n"


def zipped(*files, compression=zipfile.ZIP_DEFLATED):
    """A zip file of (name or ZipInfo, content) pairs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that are there twice
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


def refusal(name, raw):
    with pytest.raises(SubmissionError) as caught:
        read_submission(name, raw)
    return str(caught.value)


def test_a_file_is_one_unit_kept_unchanged():
    raw = b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode()
    read = read_submission("home/work.py", raw)
    assert (read.units, read.raw, read.files, read.notes) == ((("work.py", RIGHT),), raw, {}, ())
    assert len(read.digest) == 64


@pytest.mark.parametrize(("name", "raw", "said"), [
    ("a.py", b"", "a.py: the file is empty"),
    ("a.py", b" \n\t\n", "a.py: the file is empty"),
    ("a.py", b"x = '\xe4'", "a.py: byte 5 is not UTF-8; save the file as UTF-8"),
    ("a.py", "x = 1".encode("utf-16"), "is not UTF-8"),
    ("a.py", b"#" * (MAX_SOURCE + 1), "hand in the program alone, without data"),
    ("a.py", b"x = (1\ny = 2", "a.py, line 1: '(' was never closed: x = (1"),
    ("a.py", b"def f():\nreturn 1", "a.py, line 2: expected an indented block after function definition on line 1: return 1"),
    ("a.py", b"if True:\n\tx = 1\n        y = 2", "a.py, line 3: "),
    ("a.py", b"print 'hello'", "a.py, line 1: Missing parentheses in call to 'print'"),
    ("a.py", b"x = 1\0", "null bytes"),
    ("a.py", b"(" * 50_000, "a.py"),
    ("a.py", b"x" + b".a" * 100_000, "a.py: Python cannot read it, it is nested too deeply"),
    ("a.py", b"-" * 100_000 + b"1", "a.py: Python cannot read it, it is nested too deeply"),
    ("a.txt", b"x = 1", "a.txt: hand in a .py file, a .ipynb notebook, or a .zip of them"),
    ("a", b"x = 1", "hand in a .py file"),
    ("a.pkl", b"x = 1", "hand in a .py file"),
    ("a.zip", b"x = 1", "a.zip: not a zip file (File is not a zip file)"),
    ("a.zip", b"", "a.zip: not a zip file"),
    ("a.zip", bytes(MAX_ZIP + 1), "hand in the program alone, without data"),
    ("a.zip", zipped(), "which file is to run? Call it submission.py (found no .py or .ipynb)"),
    ("a.zip", zipped(("data.csv", "1,2")), "found no .py or .ipynb"),
    ("a.zip", zipped(("a.py", "x"), ("b.py", "y")), "Call it submission.py (found a.py, b.py)"),
    ("a.zip", zipped(("../a.py", "x")), "a.zip: '../a.py' is a link or leads out of the archive"),
    ("a.zip", zipped(("x/../../a.py", "x")), "leads out of the archive"),
    ("a.zip", zipped(("/etc/a.py", "x")), "leads out of the archive"),
    ("a.zip", zipped(("C:/a.py", "x")), "leads out of the archive"),
    ("a.zip", zipped(("a\\b.py", "x")), "leads out of the archive"),
    ("a.zip", zipped((".", "x")), "leads out of the archive"),
    ("a.zip", zipped(("1/2/3/4/a.py", "x")), "too long, too deep or not printable"),
    ("a.zip", zipped((f"{'n' * 200}.py", "x")), "too long, too deep or not printable"),
    ("a.zip", zipped(("a\x1b[31m.py", "x")), "not printable"),
    ("a.zip", zipped(("a.py", "x"), ("a.py", "y")), "'a.py' is there twice, or is a file and a folder"),
    ("a.zip", zipped(("a", "x"), ("a/b.py", "y")), "'a/b.py' is there twice, or is a file and a folder"),
    ("a.zip", zipped(*((f"{i}.txt", "x") for i in range(MAX_ZIP_FILES + 1))), "more than 20 files"),
    ("a.zip", zipped(("a.py", "x"), compression=zipfile.ZIP_LZMA), "use the usual compression"),
    ("a.zip", zipped(("submission.py", "x = (")), "submission.py, line 1: '(' was never closed"),
    ("a.zip", zipped(("submission.py", "x = 1"), ("more.py", "y = )")), "more.py, line 1: unmatched ')'"),
    ("a.zip", zipped(("submission.py", "x = 1"), ("more.py", b"\xff")), "more.py: byte 0 is not UTF-8"),
    ("a.zip", zipped(("submission.py", "")), "submission.py: the file is empty"),
], ids=range(39))
def test_what_cannot_be_run_is_refused_with_what_to_do(name, raw, said):
    assert said in refusal(name, raw)


def test_a_link_in_a_zip_is_refused():
    info = zipfile.ZipInfo("submission.py")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "is a link" in refusal("a.zip", zipped((info, "/etc/passwd")))


def test_an_encrypted_zip_is_refused():
    raw = bytearray(zipped(("submission.py", RIGHT), compression=zipfile.ZIP_STORED))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(header) + flags] |= 1
    assert "cannot be unpacked" in refusal("a.zip", bytes(raw))


def test_a_name_cut_by_a_zero_byte_is_refused():
    raw = zipped(("Xubmission.py", RIGHT), compression=zipfile.ZIP_STORED).replace(b"Xubmission", b"\0ubmission")
    assert "leads out of the archive" in refusal("a.zip", raw)


def test_damaged_content_is_refused():
    raw = bytearray(zipped(("submission.py", RIGHT * 50)))
    raw[60:80] = b"\xff" * 20
    assert "cannot be unpacked" in refusal("a.zip", bytes(raw))


@pytest.mark.parametrize("files", [
    [("submission.py", b"#" * 200_000_000)], [(f"{i}.txt", b"#" * 400_000) for i in range(10)]])
def test_a_zip_bomb_is_refused_before_it_fills_the_memory(files):
    raw = zipped(*files)
    assert len(raw) < MAX_ZIP
    del files
    tracemalloc.start()
    assert "more than 1048576 bytes when unpacked" in refusal("a.zip", raw)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_a_zip_that_lies_about_its_sizes_is_counted_while_unpacked():
    raw = bytearray(zipped(("submission.py", b"#" * 2_000_000)))
    for header, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        where = raw.index(header) + at
        raw[where:where + 4] = (10).to_bytes(4, "little")
    refusal("a.zip", bytes(raw))


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_damage_to_a_zip_is_a_submission_or_a_refusal(data):
    raw = bytearray(zipped(("folder/submission.py", RIGHT * 9), ("folder/data.csv", "1,2\n")))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(SubmissionError):
        read_submission("a.zip", bytes(raw))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80), st.sampled_from(["a.py", "a.ipynb", "a.zip"]))
def test_any_bytes_are_a_submission_or_a_refusal(raw, name):
    with suppress(SubmissionError):
        read_submission(name, raw)


@pytest.mark.parametrize("prefix", ["", "work/", "a/b/c/"])
@pytest.mark.parametrize("entry", ["submission.py", "main.py", "anything.py"])
def test_a_folder_that_holds_everything_is_left_out(prefix, entry):
    read = read_submission("a.zip", zipped((prefix + entry, RIGHT), (prefix + "data.csv", "1,2\n"), (prefix + "old/", "")))
    assert read.units == ((entry, RIGHT),)
    assert read.files == {"data.csv": "1,2\n"}


def test_submission_py_is_the_one_to_run_and_others_lie_beside_it():
    read = read_submission("a.zip", zipped(("model.py", "import torch\n"), ("submission.py", RIGHT), ("pkg/__init__.py", "")))
    assert read.units == (("submission.py", RIGHT),)
    assert read.files == {"model.py": "import torch\n", "pkg/__init__.py": ""}
    assert read.imports_torch


def test_what_systems_and_editors_leave_is_ignored_and_pictures_are_left_out_with_a_note():
    read = read_submission("a.zip", zipped(
        ("__MACOSX/._submission.py", b"\0\5\x16\7"), (".DS_Store", b"\0\0"), ("__pycache__/a.pyc", b"\xa7"),
        ("submission.py", RIGHT), ("plot.png", b"\x89PNG\r\n"), ("big.csv", b"1," * MAX_SOURCE)))
    assert (read.units, read.files) == ((("submission.py", RIGHT),), {})
    assert read.notes[0].startswith("left out plot.png: byte 0 is not UTF-8")
    assert read.notes[1].startswith("left out big.csv: 524288 bytes")


@pytest.mark.parametrize(("source", "is_torch"), [
    ("import torch", True), ("import torch.nn as nn", True), ("from torch import nn", True), ("def f():\n    import torch", True),
    ("import torchvision", False), ("import numpy", False), ("x = 'import torch'", False), ("from .torch import x", True)])
def test_tensors_are_given_to_whoever_imports_torch(source, is_torch):
    assert read_submission("a.py", source.encode()).imports_torch == is_torch


def test_sizes_keep_their_order():
    assert MAX_SOURCE < MAX_ZIP < MAX_NOTEBOOK
