"""Settings: every one is described in the README, and a wrong one is named."""

import re
from pathlib import Path

import pytest

from grader.errors import GraderError
from grader.settings import PREFIX, Settings, read_settings

README = Path(__file__).parents[2] / "README.md"


def test_readme_lists_every_setting_and_no_other():
    table = README.read_text().split("## Settings")[1].split("\n## ")[0]
    rows = re.findall(rf"^\| `({PREFIX}\w+)` \|", table, re.MULTILINE)
    assert sorted(rows) == sorted(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)


def test_every_setting_has_a_description():
    assert all(field.description for field in Settings.model_fields.values())


def test_an_unknown_setting_is_an_error_that_names_the_known_ones(monkeypatch):
    monkeypatch.setenv("GRADER_ENGIN", "docker")
    with pytest.raises(GraderError, match=r"GRADER_ENGIN; there are .*GRADER_ENGINE"):
        read_settings()


@pytest.mark.parametrize(("name", "value"), [("ENGINE", "podman"), ("JOBS", "0"), ("JOBS", "many")])
def test_a_bad_value_is_named_with_what_was_found(monkeypatch, name, value):
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(GraderError, match=f"{PREFIX}{name}.*{value}"):
        read_settings()


def test_a_setting_may_stand_in_a_file(monkeypatch, tmp_path):
    file = tmp_path / "key"
    file.write_text("s" * 50 + "\n")
    monkeypatch.setenv("GRADER_SECRET_KEY_FILE", str(file))
    assert read_settings().secret_key.get_secret_value() == "s" * 50


def test_a_setting_that_stands_twice_or_in_no_file_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADER_REDIS_FILE", str(tmp_path / "missing"))
    with pytest.raises(GraderError, match=r"GRADER_REDIS_FILE: .*missing cannot be read"):
        read_settings()
    monkeypatch.setenv("GRADER_REDIS", "redis://host")
    with pytest.raises(GraderError, match="GRADER_REDIS and GRADER_REDIS_FILE are both set"):
        read_settings()
    monkeypatch.delenv("GRADER_REDIS_FILE")
    monkeypatch.setenv("GRADER_REDDIS_FILE", "x")
    with pytest.raises(GraderError, match="GRADER_REDDIS_FILE"):
        read_settings()
