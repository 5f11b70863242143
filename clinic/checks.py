"""What a production start refuses: settings that are missing or unsafe, each with what to do.

Django's checks carry them (`manage.py check --deploy`), and each process of a production start
asks `refuse_unsafe` before it does anything.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution

from clinic import env
from clinic.storages import folder_trouble

SHORTEST_SECRET = 50
SHORTEST_KEY = 32
LEAST_DIFFERENT = 5
KEY_BYTES = 32
LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", ""})
NEW_KEY = (
    "`python -c 'import base64, secrets; "
    "print(base64.b64encode(secrets.token_bytes(32)).decode())'` prints one."
)


class Unsafe(Exception):
    """The settings are not fit for production; the message lists what to do, a line each."""


def refuse_unsafe() -> None:
    """Raise Unsafe where this is a production start with a missing or unsafe setting."""
    errors = [found for found in production() if isinstance(found, Error)]
    if errors:
        lines = [f"  {found.msg} {found.hint} ({found.id})" for found in errors]
        raise Unsafe("Jade does not start in production like this:\n" + "\n".join(lines))


@register(Tags.security)
def production(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with the settings of a production start; nothing in development."""
    if not settings.PRODUCTION:
        return []
    return [*_keys(), *_addresses(), *_services(), *_switches(), *_backups(), *_media()]


def _error(number: int, msg: str, hint: str) -> Error:
    return Error(msg, hint=hint, id=f"clinic.E{number:03}")


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text.strip(), validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def _keys() -> Iterator[CheckMessage]:
    secret = settings.SECRET_KEY
    if (
        len(secret) < SHORTEST_SECRET
        or len(set(secret)) < LEAST_DIFFERENT
        or secret.startswith("django-insecure-")
    ):
        yield _error(
            1,
            "SECRET_KEY is too short or too simple.",
            "Set it to at least 50 random characters.",
        )
    if len(settings.LINK_KEY) < SHORTEST_KEY or len(set(settings.LINK_KEY)) < LEAST_DIFFERENT:
        yield _error(2, "LINK_KEY is too short or too simple.", NEW_KEY)
    if not all(_is_key(part) for part in settings.MASTER_KEY.split(",")):
        yield _error(
            3,
            "MASTER_KEY is not 32 bytes in base64 (several, the newest first, with commas).",
            NEW_KEY,
        )
    if settings.LINK_KEY in settings.MASTER_KEY.split(","):
        yield _error(
            4,
            "LINK_KEY and MASTER_KEY are the same key.",
            "Give each a key of its own, so that one that leaks does not open the other.",
        )


def _addresses() -> Iterator[CheckMessage]:
    hosts = settings.ALLOWED_HOSTS
    if any(host.strip() in {"*", "."} for host in hosts):
        yield _error(
            5,
            "ALLOWED_HOSTS answers to every name.",
            "Name the hosts people reach the clinic by, such as book.example.org.",
        )
    elif not [host for host in hosts if host not in LOCAL]:
        yield _error(
            6,
            "ALLOWED_HOSTS names no host that people could reach the clinic by.",
            "Set it to the clinic's host name, such as book.example.org.",
        )
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https" or (site.hostname or "") in LOCAL:
        yield _error(
            7,
            "SITE_URL is no public address with https.",
            "Set it to what links in messages begin with, such as https://book.example.org.",
        )
    sender = settings.DEFAULT_FROM_EMAIL.rstrip("> ").rpartition("@")[2].lower()
    if sender in LOCAL or sender.endswith((".localhost", ".local", ".invalid")):
        yield _error(
            8,
            "MAIL_FROM is no address that can be answered.",
            "Set it to the clinic's own e-mail address.",
        )


def _services() -> Iterator[CheckMessage]:
    if not env.DATABASE_URL:
        yield _error(
            9,
            "DATABASE_URL is not set.",
            "Set it to postgres://user:password@host:port/name.",
        )
    if not env.REDIS_URL:
        yield _error(10, "REDIS_URL is not set.", "Set it to redis://host:port/0.")
    if not env.EMAIL_URL and not env.EMAIL_PROVIDER:
        yield _error(
            11,
            "EMAIL_URL is not set, so that no message would leave.",
            "Set it to smtp+tls://user:password@host:587, or set EMAIL_PROVIDER.",
        )
    if settings.SMS_PROVIDER == "twilio" and not (
        settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN and settings.TWILIO_FROM
    ):
        yield _error(
            20,
            "SMS_PROVIDER is twilio, and Twilio's settings are incomplete.",
            "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM.",
        )
    if settings.SMS_PROVIDER == "gateway" and not settings.SMS_GATEWAY:
        yield _error(
            21,
            "SMS_PROVIDER is gateway, and SMS_GATEWAY does not describe one.",
            "Set it to the JSON that docs/configuration.md explains.",
        )
    if settings.HOOK_SECRET and (
        len(settings.HOOK_SECRET) < SHORTEST_KEY or len(set(settings.HOOK_SECRET)) < LEAST_DIFFERENT
    ):
        yield _error(22, "HOOK_SECRET is too short or too simple.", NEW_KEY)


def _switches() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield _error(12, "DEBUG is on and would show the program's inside.", "Set it to off.")
    if settings.MAILBOX:
        yield _error(13, "MAILBOX is on and would show people's messages.", "Set it to off.")
    if settings.DEMO:
        yield _error(14, "DEMO is on and would add people who don't exist.", "Set it to off.")
    if not settings.RATE_LIMITS:
        yield _error(15, "RATE_LIMITS is off.", "Set it to on; off is for load tests only.")


def _media() -> Iterator[CheckMessage]:
    # A bucket is asked by /readyz: one that is away for a minute must not keep the clinic closed.
    folder = settings.STORAGES["private"]["OPTIONS"].get("location")
    if folder is not None and (trouble := folder_trouble(Path(folder))):
        yield _error(
            19,
            trouble,
            "Let the user Jade runs as write there, or set MEDIA_URL to another place.",
        )


def _backups() -> Iterator[CheckMessage]:
    if settings.BACKUP_KEY and not _is_key(settings.BACKUP_KEY):
        yield _error(16, "BACKUP_KEY is not 32 bytes in base64.", NEW_KEY)
    if settings.BACKUP_DIR and not settings.BACKUP_KEY:
        yield _error(
            17,
            "BACKUP_DIR is set and BACKUP_KEY is not.",
            f"Set BACKUP_KEY and keep a copy where the backups are not. {NEW_KEY}",
        )
    if settings.BACKUP_KEY and settings.BACKUP_KEY in {
        settings.LINK_KEY,
        *settings.MASTER_KEY.split(","),
    }:
        yield _error(18, "BACKUP_KEY is a key used elsewhere too.", NEW_KEY)
    if settings.TRUSTED_PROXIES < 1:
        yield Caution(
            "TRUSTED_PROXIES is 0: behind a reverse proxy pages would lead to themselves for ever.",
            hint="Set it to the number of proxies in front of Jade, mostly 1.",
            id="clinic.W001",
        )
