"""Django's settings, all of them made from the service's own (grader/settings.py)."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from grader.errors import GraderError
from grader.settings import Settings, read_settings
from grader.store import write_atomically
from grader.web.stores import storage

HERE = Path(__file__).resolve().parent


def _read() -> Settings:
    try:
        return read_settings()
    except GraderError as e:
        raise ImproperlyConfigured(str(e)) from e


def _secret_key(settings: Settings) -> str:
    """Return the key that signs sessions; a local service makes its own and keeps it beside its database."""
    if given := settings.secret_key.get_secret_value():
        return given
    file = settings.data / "secret_key"
    if not file.is_file():
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(file, secrets.token_urlsafe(50).encode())
        file.chmod(0o600)
    return file.read_text()


def _storage(settings: Settings) -> dict[str, Any]:
    try:
        return storage(settings)
    except GraderError as e:
        raise ImproperlyConfigured(str(e)) from e


def _database(settings: Settings) -> dict[str, object]:
    found = dict(dj_database_url.parse(settings.database_url, conn_max_age=60, conn_health_checks=True))
    if found["ENGINE"] == "django.db.backends.sqlite3":
        found["OPTIONS"] = {
            "timeout": 30, "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000;"}
    else:  # a host that is cut off is noticed in half a minute, not when the kernel gives up
        found["OPTIONS"] = {"connect_timeout": 10, "keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3,
                            "tcp_user_timeout": 30_000}
    return found


GRADER = _read()
_URL = urlsplit(GRADER.address)
IS_PRODUCTION = GRADER.mode == "production"

DEBUG = False
SECRET_KEY = _secret_key(GRADER)
ALLOWED_HOSTS = [h for h in (_URL.hostname, *(() if IS_PRODUCTION else ("localhost", "127.0.0.1", "[::1]"))) if h]
CSRF_TRUSTED_ORIGINS = [f"{_URL.scheme}://{_URL.netloc}"]
ROOT_URLCONF = "grader.web.urls"
ASGI_APPLICATION = "grader.web.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "web.User"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "grader.web",
]
MIDDLEWARE = [
    "grader.web.api.problems.problems_for_programs",
    "django.middleware.security.SecurityMiddleware",
    "grader.web.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "grader.web.policy_headers.content_security_policy",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.jinja2.Jinja2",
    "DIRS": [HERE / "templates", HERE.parent / "templates"],
    "OPTIONS": {
        "environment": "grader.web.jinja.environment",
        "context_processors": [f"django.contrib.{name}" for name in (
            "auth.context_processors.auth", "messages.context_processors.messages")],
    },
}]
DATABASES = {"default": _database(GRADER)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": GRADER.redis_url,
                      "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2}}}

AUTHENTICATION_BACKENDS = ["grader.web.accounts.backend.NameOrMail"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

PASSWORD_RESET_TIMEOUT = 2 * 3600

SESSION_ENGINE = "grader.web.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "grader.web.views.errors.old_page"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_PRODUCTION else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # a notebook with its outputs, and room

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE.parent / "static"]
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    **_storage(GRADER),
}

_MAIL = urlsplit(GRADER.mail)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if GRADER.mail else 'console'}.EmailBackend"
EMAIL_TIMEOUT = 20
EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "localhost", _MAIL.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.username or "", _MAIL.password or ""
EMAIL_USE_TLS = _MAIL.scheme == "smtp+tls"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = GRADER.mail_from

# Django by itself tells a fault to the site's administrators by mail, and nobody else.
LOGGING = {
    "version": 1, "disable_existing_loggers": False,
    "formatters": {"line": {"()": f"grader.log.{GRADER.log.title()}"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
