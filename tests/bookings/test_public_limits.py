"""How often one address may send the booking pages' forms."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories.house import house

pytestmark = pytest.mark.django_db
MOST = 60


def often(client: Client, times: int) -> list[int]:
    return [client.post("/book/hold/", {}).status_code for _ in range(times)]


def test_a_script_that_hammers_the_form_is_told_when_to_come_again(client: Client) -> None:
    house()
    assert 429 not in often(client, MOST)

    answer = client.post("/book/hold/", {})

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 600
    assert "a little too often" in answer.content.decode()
    assert client.get("/").status_code == 200
    assert client.post("/book/hold/", {}, REMOTE_ADDR="203.0.113.9").status_code != 429


def test_a_load_test_on_ones_own_machine_may_lift_the_limit(client: Client, settings: Any) -> None:
    house()
    settings.RATE_LIMITS = False
    assert 429 not in often(client, MOST + 5)
