"""Where content is kept, by GRADER_STORE: in the data folder, or in an S3 bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from grader.errors import GraderError
from grader.settings import Settings

KEYS = ("endpoint", "region")


@dataclass(frozen=True, slots=True)
class Bucket:
    """An S3 bucket's address, as in s3://bucket/prefix?endpoint=https://s3.example.edu&region=eu-1."""

    name: str
    prefix: str
    endpoint: str | None
    region: str | None


def bucket(address: str) -> Bucket | None:
    """Read the address of a store; None for the data folder. Raises GraderError with what is wrong."""
    if not address:
        return None
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.hostname or set(asked) - set(KEYS):
        raise GraderError(f"GRADER_STORE: {address!r} is no store; it is empty or as "
                          "s3://bucket/prefix?endpoint=https://s3.example.edu&region=eu-1")
    return Bucket(parts.netloc, parts.path.strip("/"), asked.get("endpoint"), asked.get("region"))


def storage(settings: Settings) -> dict[str, Any]:
    """Write Django's STORAGES for what the settings name; nothing for the data folder."""
    if (found := bucket(settings.store)) is None:
        return {}
    from botocore.config import Config
    patience = Config(connect_timeout=3, read_timeout=20, retries={"max_attempts": 3, "mode": "standard"})
    return {"objects": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {
        "bucket_name": found.name, "location": found.prefix, "endpoint_url": found.endpoint, "region_name": found.region,
        "access_key": settings.store_key.get_secret_value() or None,
        "secret_key": settings.store_secret.get_secret_value() or None,
        "file_overwrite": True, "default_acl": None, "client_config": patience}}}
