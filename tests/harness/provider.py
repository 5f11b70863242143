"""A provider of e-mail and text messages in a thread: it speaks Mailgun's and Twilio's HTTP, and that
of a gateway of its own, and misbehaves as a test says."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

SID, TOKEN = "AC" + "0" * 32, "a token of twilio"
KEY, DOMAIN = "key-mailgun", "mail.example.org"
SIGNING_KEY = "a signing key"
NUMBER = "+14165550100"


@dataclass(frozen=True)
class Asked:
    """One request, whole. `form` holds its fields and the contents of its files."""

    path: str
    headers: dict[str, str]
    form: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What a provider says instead of yes. how: "whole", "half" (the rest never comes), "silent"
    (nothing comes), "gone" (the connection ends)."""

    status: int = 500
    body: str = "{}"
    headers: dict[str, str] = field(default_factory=dict)
    how: str = "whole"


def twilio_error(code: int, status: int = 400) -> Answer:
    said = {"code": code, "message": "…", "more_info": "…", "status": status}
    return Answer(status, json.dumps(said))


class Provider:
    """What it was asked, in order, and what it answers. `answers` holds what it says to the next
    requests, each once; `always` what it says while there is none; with neither it takes
    everything. `to[address]` is what it says whenever something is for that address."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.taken: list[Asked] = []
        self.answers: list[Answer] = []
        self.always: Answer | None = None
        self.to: dict[str, Answer] = {}
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                owner.answer(self)

            def log_message(self, *_arguments: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_arguments: Any) -> None:
                pass  # clients that have gone

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        asked = Asked(
            handler.path,
            dict(handler.headers.items()),
            _form(handler.headers.get("Content-Type") or "", body),
            body,
        )
        with self.lock:
            self.asked.append(asked)
            number = len(self.asked)
            said = self.to.get(_recipient(asked)) or (
                self.answers.pop(0) if self.answers else self.always
            )
        if said is None:
            said = self._takes(asked, number)
        if said.how == "silent":
            self.stopping.wait(30)
            return
        if said.how == "gone":
            handler.close_connection = True
            return
        content = said.body.encode()
        handler.send_response(said.status)
        for name, value in {"Content-Type": "application/json", **said.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if said.how == "half":
            handler.wfile.write(content[: len(content) // 2])
            handler.wfile.flush()
            handler.close_connection = True
            return
        handler.wfile.write(content)

    def _takes(self, asked: Asked, number: int) -> Answer:
        path = urlsplit(asked.path).path
        if path == f"/2010-04-01/Accounts/{SID}/Messages.json":
            if asked.headers.get("Authorization") != _basic(SID, TOKEN):
                return twilio_error(20003, 401)
            if not asked.form.get("To") or not asked.form.get("Body"):
                return twilio_error(21604)
            self._keep(asked)
            said = {"sid": f"SM{number:032x}", "status": "queued", "error_code": None}
            return Answer(201, json.dumps(said))
        if path == f"/v3/{DOMAIN}/messages":
            if asked.headers.get("Authorization") != _basic("api", KEY):
                return Answer(401, "Forbidden")
            self._keep(asked)
            said = {"id": f"<{number}@{DOMAIN}>", "message": "Queued. Thank you."}
            return Answer(200, json.dumps(said))
        if path == "/gateway":
            self._keep(asked)
            return Answer(200, json.dumps({"state": "OK", "data": {"id": number}}))
        return Answer(404, "{}")

    def _keep(self, asked: Asked) -> None:
        with self.lock:
            self.taken.append(asked)

    def keys(self) -> list[str]:
        """Return the idempotency keys of what was taken, in order."""
        return [asked.headers["Idempotency-Key"] for asked in self.taken]


def _basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def _recipient(asked: Asked) -> str:
    return asked.form.get("To") or asked.form.get("to") or ""


def _form(kind: str, body: bytes) -> dict[str, str]:
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    if kind.startswith("application/json"):
        said = json.loads(body)
        return {name: str(value) for name, value in said.items()}
    if kind.startswith("multipart/form-data"):
        whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=default)
        found = {}
        for part in whole.iter_parts():  # type: ignore[attr-defined]
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True).decode("utf-8", "replace")
            found[str(name)] = content
            if part.get_filename():
                found[f"{name}:type"] = str(part["Content-Type"])
        return found
    return {}


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider by which this process's e-mail and text messages go."""
    from clients.channels import http

    server = Provider()
    settings.EMAIL_PROVIDER = "mailgun"
    settings.ANYMAIL = {
        "REQUESTS_TIMEOUT": (0.5, 0.5),
        "MAILGUN_API_URL": f"{server.url}/v3",
        "MAILGUN_API_KEY": KEY,
        "MAILGUN_SENDER_DOMAIN": DOMAIN,
        "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY,
        "WEBHOOK_SECRET": [],
    }
    settings.SMS_PROVIDER = "twilio"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = SID, TOKEN
    settings.TWILIO_FROM, settings.TWILIO_URL = NUMBER, server.url
    monkeypatch.setattr(http, "TIMEOUT", (0.5, 0.5))
    yield server
    server.stop()
