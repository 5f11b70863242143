"""Clients with logins, and what their own pages say."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core import mail
from django.test import Client as Browser

from clients.contact import name_key
from clients.models import Client, ClientLogin
from clinic.models import User
from tests.factories import bookings, clinic
from tests.harness.programs import eventually

PHONE = "+14165550142"


def person(name: str = "Priya Raman", **fields: Any) -> Client:
    """Return a client the clinic has met, with an address and a number."""
    return bookings.client(
        **{
            "name": name,
            "name_key": name_key(name),
            "email": "priya@example.org",
            "phone": PHONE,
            "status": "ACTIVE",
            **fields,
        }
    )


def link(user: User, client: Client, relation: str = "SELF") -> ClientLogin:
    return ClientLogin.objects.create(
        user=user, client=client, relation=relation, how="NUMBER", made_at=datetime.now(UTC)
    )


def login_of(*clients: Client, email: str = "priya@example.org") -> User:
    """Return a login that acts for these clients, the first of them itself."""
    user = clinic.user(role="CLIENT", email=email, name=clients[0].name if clients else email)
    for number, client in enumerate(clients):
        link(user, client, "PARENT" if number else "SELF")
    return user


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def ask(email: str, browser: Browser | None = None, **more: str) -> Any:
    return (browser or Browser()).post("/me/login/", {"email": email, **more}, follow=True)


def the_mail() -> str:
    eventually(lambda: mail.outbox, what="a mail")
    return str(mail.outbox[-1].body)


def code_in(text: str) -> str:
    return re.search(r"^    (\S+)$", text, re.MULTILINE)[1]


def link_in(text: str) -> str:
    return re.search(rf"{settings.SITE_URL}(/me/login/link/\S+/)", text)[1]


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
