"""Every environment variable Jade reads: its type, its default and one sentence about it.

`docs/configuration.md` is generated from this file (`manage.py configuration --write`).
Nothing else in the project reads `os.environ`, but for the two commands that start processes.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ORIGIN = re.compile(r"https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?", re.ASCII)


class WrongSetting(Exception):
    """An environment variable holds something it can't hold; the message says what to write."""


@dataclass(frozen=True)
class Variable:
    name: str
    kind: str
    default: str
    says: str


@dataclass
class Environment:
    """Reads variables and remembers what was declared, for the documentation."""

    declared: list[Variable] = field(default_factory=list)

    def _read(self, name: str, kind: str, default: str, says: str) -> str:
        self.declared.append(Variable(name, kind, default, says))
        return os.environ.get(name, "").strip() or default

    def text(self, name: str, default: str, says: str) -> str:
        return self._read(name, "text", default, says)

    def flag(self, name: str, default: str, says: str) -> bool:
        value = self._read(name, "on / off", default, says).lower()
        if value in {"1", "on", "true", "yes"}:
            return True
        if value in {"0", "off", "false", "no"}:
            return False
        raise WrongSetting(f"{name} is {value!r}. Write on or off.")

    def number(self, name: str, default: str, says: str) -> int:
        value = self._read(name, "whole number", default, says)
        try:
            return int(value)
        except ValueError:
            raise WrongSetting(f"{name} is {value!r}. Write a whole number.") from None

    def origins(self, name: str, says: str) -> list[str]:
        """Read websites: scheme and host, and nothing behind them."""
        value = self._read(name, "websites, separated by commas", "", says)
        found = [part.strip().rstrip("/") for part in value.split(",") if part.strip()]
        for origin in found:
            if not ORIGIN.fullmatch(origin):
                raise WrongSetting(
                    f"{name} holds {origin!r}. Write a website as https://www.example.org."
                )
        return found

    def table(self, name: str, says: str) -> dict[str, object]:
        """Read a JSON object, empty where nothing is set."""
        value = self._read(name, "JSON", "", says)
        try:
            found = json.loads(value or "{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise WrongSetting(f'{name} is no JSON object. Write {{"NAME": "value"}}.')
        return found

    def names(self, name: str, default: str, says: str) -> list[str]:
        value = self._read(name, "names, separated by commas", default, says)
        return [part.strip() for part in value.split(",") if part.strip()]


environment = Environment()

ENVIRONMENT = environment.text(
    "ENVIRONMENT",
    "development",
    "`development` or `production`. Production refuses to start with a missing or unsafe setting.",
)
if ENVIRONMENT not in {"development", "production"}:
    raise WrongSetting(f"ENVIRONMENT is {ENVIRONMENT!r}. Write development or production.")
PRODUCTION = ENVIRONMENT == "production"

DEBUG = environment.flag("DEBUG", "off", "Django's debug pages. Refused in production.")
VAR_DIR = Path(
    environment.text(
        "VAR_DIR",
        str(ROOT / "var"),
        "Where embedded services, development keys, the development mailbox and reports are kept.",
    )
)
SECRET_KEY = environment.text(
    "SECRET_KEY",
    "",
    "Signs sessions and forms; at least 50 random characters. Made by itself in development.",
)
LINK_KEY = environment.text(
    "LINK_KEY",
    "",
    "Derives the links to bookings, forms and consents; changing it ends all that were sent so far, "
    "after `manage.py rotate_keys`. Made by itself in development.",
)
MASTER_KEY = environment.text(
    "MASTER_KEY",
    "",
    "Wraps the keys that seal health text: 32 bytes in base64. Losing it loses the text. "
    "Made by itself in development.",
)
ALLOWED_HOSTS = environment.names(
    "ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "Host names the clinic's pages answer to."
)
SITE_URL = environment.text(
    "SITE_URL",
    "",
    "Address that links in messages begin with, such as https://book.example.org. "
    "In development it follows PORT.",
)
PORT = environment.number("PORT", "8000", "Port of the web server that `make run` starts.")
DATABASE_URL = environment.text(
    "DATABASE_URL",
    "",
    "postgres://user:password@host:port/name. Left empty, `make run` starts an embedded Postgres.",
)
REDIS_URL = environment.text(
    "REDIS_URL",
    "",
    "redis://host:port/0, the queue's broker. Left empty, `make run` starts an embedded Redis.",
)
EMAIL_URL = environment.text(
    "EMAIL_URL",
    "",
    "smtp://user:password@host:port, or smtp+tls:// or smtp+ssl://. "
    "Left empty in development, mail goes to the mailbox page.",
)
EMAIL_PROVIDER = environment.text(
    "EMAIL_PROVIDER",
    "",
    "Sends e-mail through a provider instead, by its name in django-anymail: mailgun, postmark, "
    "sendgrid, amazon_ses, brevo, resend …; `console` shows it in the log.",
)
EMAIL_PROVIDER_SETTINGS = environment.table(
    "EMAIL_PROVIDER_SETTINGS",
    "What django-anymail needs to know for that provider, as JSON: "
    '{"MAILGUN_API_KEY": "…", "MAILGUN_SENDER_DOMAIN": "mail.example.org"}.',
)
EMAIL_PER_SECOND = environment.number(
    "EMAIL_PER_SECOND", "0", "How much e-mail a second the provider takes; 0 for no limit."
)
SMS_PROVIDER = environment.text(
    "SMS_PROVIDER",
    "",
    "Who sends text messages: `twilio`, `gateway` or `console`. Left empty, they go to the mailbox "
    "page; without one, nowhere.",
)
if SMS_PROVIDER not in {"", "console", "twilio", "gateway"}:
    raise WrongSetting(f"SMS_PROVIDER is {SMS_PROVIDER!r}. Write twilio, gateway or console.")
SMS_PER_SECOND = environment.number(
    "SMS_PER_SECOND", "0", "How many text messages a second the provider takes; 0 for no limit."
)
TWILIO_ACCOUNT_SID = environment.text("TWILIO_ACCOUNT_SID", "", "The account at Twilio: AC….")
TWILIO_AUTH_TOKEN = environment.text(
    "TWILIO_AUTH_TOKEN", "", "Its token. Twilio signs with it what it tells us."
)
TWILIO_FROM = environment.text(
    "TWILIO_FROM", "", "The number text messages come from, or a messaging service: MG…."
)
TWILIO_URL = environment.text(
    "TWILIO_URL", "https://api.twilio.com", "Another region's address of Twilio's interface."
)
SMS_GATEWAY = environment.text(
    "SMS_GATEWAY",
    "",
    "Any other gateway, described as JSON (`clients/channels/gateway.py` says how).",
)
HOOK_SECRET = environment.text(
    "HOOK_SECRET",
    "",
    "What e-mail providers and gateways show when they report to /hooks/; at least 32 random "
    "characters. Left empty, only signed reports are taken.",
)
TRACK_OPENS = environment.flag(
    "TRACK_OPENS", "off", "Whether the e-mail provider tells us that a message was opened."
)
MAIL_FROM = environment.text(
    "MAIL_FROM", "clinic@localhost", "Address the clinic's e-mail comes from."
)
MAILBOX = environment.flag(
    "MAILBOX",
    "off" if PRODUCTION else "on",
    "Shows /mailbox/, where messages kept on this machine can be read. Refused in production.",
)
DEMO = environment.flag(
    "DEMO",
    "off",
    "Loads the demo clinic into an empty database that is not embedded, and shows the demo login.",
)
TRUSTED_PROXIES = environment.number(
    "TRUSTED_PROXIES",
    "0",
    "How many reverse proxies in front of Jade add to X-Forwarded-For; 0 trusts none.",
)
RATE_LIMITS = environment.flag(
    "RATE_LIMITS", "on", "Off lifts the limits for a load test on one's own machine."
)
METRICS_TOKEN = environment.text(
    "METRICS_TOKEN",
    "",
    "Whoever brings it (Authorization: Bearer …) reads /metrics. Left empty, there is no such page.",
)
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise WrongSetting("METRICS_TOKEN is shorter than 20 characters. Write a long random one.")
EMBED_SITES = environment.origins(
    "EMBED_SITES",
    "Websites that may show the booking pages in a frame, such as https://www.example.org. "
    "Left empty, none may.",
)
CORS_ORIGINS = environment.origins(
    "CORS_ORIGINS",
    "Websites whose scripts may book over the HTTP API from a visitor's browser. "
    "What can be booked may be read from every website.",
)
SECOND_FACTOR = environment.flag(
    "SECOND_FACTOR",
    "on" if PRODUCTION else "off",
    "Whether members of staff must add a passkey or an authenticator app before they can work.",
)
IDLE_MINUTES = environment.number(
    "IDLE_MINUTES",
    "30" if PRODUCTION else "720",
    "After how many minutes without a click a member of staff has to log in again.",
)
IDLE_MINUTES_OF = {
    role: environment.number(
        f"IDLE_MINUTES_{role}", "0", f"The same for {who}; 0 takes IDLE_MINUTES."
    )
    for role, who in (
        ("OWNER", "owners"),
        ("PRACTITIONER", "practitioners"),
        ("FRONT_DESK", "the front desk"),
    )
}
ABSOLUTE_HOURS = environment.number(
    "ABSOLUTE_HOURS", "12", "After how many hours anybody has to log in again, clicks or not."
)
PIN_HOURS = environment.number(
    "PIN_HOURS",
    "8",
    "For how many hours after a full login a PIN lets its owner back in, in that browser.",
)
for _name, _value in (
    ("IDLE_MINUTES", IDLE_MINUTES),
    ("ABSOLUTE_HOURS", ABSOLUTE_HOURS),
    ("PIN_HOURS", PIN_HOURS),
):
    if _value < 1:
        raise WrongSetting(f"{_name} is {_value}. Write a whole number from 1.")
for _name, _value in IDLE_MINUTES_OF.items():
    if _value < 0:
        raise WrongSetting(f"IDLE_MINUTES_{_name} is {_value}. Write a whole number from 0.")
BACKUP_DIR = environment.text(
    "BACKUP_DIR",
    "",
    "Folder that a backup is written to every day. Left empty, there is no scheduled backup.",
)
BACKUP_KEY = environment.text(
    "BACKUP_KEY",
    "",
    "Encrypts backups: 32 bytes in base64, kept apart from them. Losing it loses the backups.",
)
BACKUP_HOUR = environment.number(
    "BACKUP_HOUR", "2", "Hour of the day, in UTC, at which the scheduled backup begins: 0 to 23."
)
BACKUP_KEEP = environment.number(
    "BACKUP_KEEP", "14", "How many scheduled backups are kept in BACKUP_DIR; at least 1."
)
if not 0 <= BACKUP_HOUR <= 23:
    raise WrongSetting(f"BACKUP_HOUR is {BACKUP_HOUR}. Write a whole number from 0 to 23.")
if BACKUP_KEEP < 1:
    raise WrongSetting(f"BACKUP_KEEP is {BACKUP_KEEP}. Write a whole number from 1.")
POSTGRES_TOOLS = environment.text(
    "POSTGRES_TOOLS",
    "",
    "Folder of the pg_dump and pg_restore to use, of the server's major version. Left empty, "
    "they are looked for in the usual places.",
)
MEDIA_URL = environment.text(
    "MEDIA_URL",
    "",
    "Where photos and documents are kept, sealed: file:///srv/jade/media, or a bucket of an "
    "S3-compatible store as s3://key:secret@host/bucket?region=ca-central-1 "
    "(`&tls=off` for one on this machine). Left empty, they are kept in VAR_DIR.",
)
LOG_LEVEL = environment.text("LOG_LEVEL", "INFO", "Least severe level that is logged.")
