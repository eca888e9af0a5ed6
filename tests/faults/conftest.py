"""The services that are hurt here are those of tests/service, one for each test."""

from tests.service.conftest import desk, home, service, sleepy  # noqa: F401 - fixtures are found by name
