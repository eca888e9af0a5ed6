"""Everything that can be configured, read once from GRADER_* variables and passed on as an argument."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from grader.catalog import default_root
from grader.errors import GraderError

PREFIX = "GRADER_"
FILE = "_FILE"  # behind a setting's name: the setting stands in that file
TESTS = "GRADER_TEST_"  # settings of the test suite, read by it alone
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SECRET_LENGTH = 50


def cache_folder() -> Path:
    """Return the folder for what can be made again: XDG_CACHE_HOME, else ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dlgrader"


def data_folder() -> Path:
    """Return the folder for what must not be lost: XDG_DATA_HOME, else ~/.local/share."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "dlgrader"


@dataclass(frozen=True, slots=True)
class Places:
    """Where data lie that are not in the repository: the MNIST images, and the course's own diabetes CSV if there is one."""

    mnist: Path
    diabetes: Path | None = None


class Settings(BaseSettings):
    """The settings of one process; unknown GRADER_* variables are an error (see read_settings)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    engine: Literal["auto", "docker", "bubblewrap"] = Field(
        "auto", description="What makes boxes; auto takes Docker when it answers and has the runtime's image")
    assignments: Path = Field(default_factory=default_root, description="Folder of the assignment folders")
    mnist: Path = Field(
        default_factory=lambda: cache_folder() / "mnist.npz", description="The MNIST images, as .npz, idx folder or csv.gz")
    diabetes: Path | None = Field(None, description="The course's own diabetes CSV, used in place of the made data")
    isolation: Literal["warm", "fresh"] = Field(
        "warm", description="warm: a box serves many attempts, each in namespaces of its own; fresh: one box an attempt")
    pool_mb: int = Field(4096, ge=400, description="MiB for warm boxes, 400 each")
    jobs: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1,
                      description="Boxes at once in verify, demo and try, and attempts at once in a worker")
    mode: Literal["local", "production"] = Field(
        "local", description="local: one machine, its own people; production: refuses what is unsafe on a network")
    data: Path = Field(default_factory=data_folder, description="Folder of the database, submissions and evidence")
    store: str = Field("", description="Where submissions, evidence, reports and assignments are kept, as "
                                       "s3://bucket/prefix?endpoint=https://s3.example.edu; empty: in the data folder")
    store_key: SecretStr = Field(SecretStr(""), description="Access key of that store")
    store_secret: SecretStr = Field(SecretStr(""), description="Secret key of that store")
    database: str = Field("", description="The database, as postgres://user:password@host/name; empty: SQLite in the data folder")
    redis: str = Field("", description="Address of Redis; empty: a private one on a socket in the data folder")
    secret_key: SecretStr = Field(SecretStr(""), description="Signs sessions; empty: made once, kept in the data folder")
    host: str = Field("127.0.0.1", description="Address the web service listens on")
    port: int = Field(8000, ge=1, le=65535, description="Port the web service listens on")
    url: str = Field("", description="Address under which people reach the service, as https://grader.example.edu; "
                                     "empty: http://localhost and the port")
    mail: str = Field("", description="Where mail goes out, as smtp+tls://user:password@host:587; empty: mail is printed")
    mail_from: str = Field("grader@localhost", description="Sender of mail")
    queues: str = Field("cpu", description="Queues a worker serves, with commas: cpu, gpu")
    devices: str = Field("auto", description="GPUs of a worker that serves the queue gpu, with commas: uuids, indexes, MIG-..., "
                                             "CDI names; auto: all; none")
    device_locks: Path | None = Field(None, description="Folder in which the workers of a host share devices out; empty: devices "
                                                        "in the data folder")
    device_busy_mb: int = Field(1024, ge=1, description="MB of a device's memory that may be in use before an attempt")
    device_hot_c: int = Field(90, ge=1, description="Degrees Celsius from which a device is left to cool")
    gpu_wait_s: int = Field(300, ge=0, description="Seconds after which an attempt that only prefers a GPU runs without")
    own_code: Literal["instructors", "shipped"] = Field(
        "instructors", description="Whose Python may run outside boxes, as references and tests of assignments")
    log: Literal["text", "json"] = Field("text", description="Form of the log's lines; each names the attempt that it is about")
    metrics: str = Field("", description="Address and port where worker and sweeper tell Prometheus, as 127.0.0.1:9464; "
                                         "empty: nowhere")
    alerts: str = Field("", description="Who gets mail when attempts are broken or wait long; addresses, with commas")
    alert_wait_s: int = Field(900, ge=10, description="Seconds that a submission may wait before that mail is sent")
    alive: Path | None = Field(None, description="File that worker and sweeper touch as a sign of life, for health checks")

    @property
    def places(self) -> Places:
        """Where the data files lie."""
        return Places(self.mnist, self.diabetes)

    @property
    def device_locks_folder(self) -> Path:
        """Where the locks of devices lie."""
        return self.device_locks or self.data.absolute() / "devices"

    @property
    def address(self) -> str:
        """The address people reach the service under, without a slash at its end."""
        return (self.url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def database_url(self) -> str:
        """The database's address, SQLite in the data folder unless another is set."""
        return self.database or f"sqlite:///{(self.data / 'grader.sqlite3').absolute()}"

    @property
    def redis_url(self) -> str:
        """Redis's address, the private one's socket unless another is set."""
        return self.redis or f"unix://{(self.data / 'redis.sock').absolute()}"


def read_settings() -> Settings:
    """Read the environment; raises GraderError that names every bad or unknown variable."""
    known = {f"{PREFIX}{n.upper()}" for n in Settings.model_fields}
    ours = (v for v in os.environ if v.startswith(PREFIX) and not v.startswith(TESTS))
    unknown = sorted(v for v in ours if v.removesuffix(FILE) not in known)
    if unknown:
        msg = f"unknown setting {', '.join(unknown)}; there are {', '.join(sorted(known))}"
        raise GraderError(msg)
    try:
        settings = Settings(**from_files(known))
    except ValidationError as e:
        told = "; ".join(f"{PREFIX}{'_'.join(map(str, p['loc'])).upper()}: {p['msg']}, found {p['input']!r}" for p in e.errors())
        raise GraderError(told) from e
    if unsafe := unsafe_in(settings):
        raise GraderError("; ".join(unsafe))
    return settings


def from_files(known: Collection[str]) -> dict[str, Any]:
    """Read the settings that stand in files, named by GRADER_<NAME>_FILE; raises GraderError where one can't be read."""
    found: dict[str, Any] = {}
    for variable in known:
        if (place := os.environ.get(f"{variable}{FILE}")) is None:
            continue
        if variable in os.environ:
            raise GraderError(f"{variable} and {variable}{FILE} are both set; set one of them")
        try:
            found[variable.removeprefix(PREFIX).lower()] = Path(place).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as e:
            raise GraderError(f"{variable}{FILE}: {place} cannot be read: {getattr(e, 'strerror', '') or e}") from e
    return found


def unsafe_in(settings: Settings) -> list[str]:
    """Say what of these settings must not stand on a network; empty where all is well."""
    if settings.mode == "local":
        told = (f"{PREFIX}HOST: {settings.host} is open to the network, which {PREFIX}MODE=local is not made for; "
                f"set {PREFIX}MODE=production or listen on {', '.join(LOOPBACK)}")
        return [] if settings.host in LOOPBACK else [told]
    found = []
    if len(settings.secret_key.get_secret_value()) < SECRET_LENGTH:
        found.append(f"{PREFIX}SECRET_KEY: production wants one of {SECRET_LENGTH} characters or more")
    if not settings.url.startswith("https://"):
        found.append(f"{PREFIX}URL: production wants the https address people use, found {settings.url!r}")
    return found
