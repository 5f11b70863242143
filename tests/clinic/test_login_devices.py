"""Devices and networks in words, and never more of them than is needed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.logins import devices


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/138.0 Safari/537.36 Edg/138",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605",
            "Safari, Mac",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/138.0 Mobile Safari/537",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) CriOS/138 Mobile Safari/604",
            "Chrome, iPhone",
        ),
        ("curl/8.9.1", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_as_its_owner_would(agent: str, words: str) -> None:
    assert devices.device(agent) == words


@pytest.mark.parametrize(
    ("address", "short"),
    [
        ("203.0.113.77", "203.0.113.…"),
        ("::ffff:203.0.113.77", "203.0.113.…"),
        ("2001:db8:0:5::77", "2001:db8:0:…"),
        ("unix:", ""),
        ("", ""),
    ],
)
def test_an_address_loses_its_last_part(address: str, short: str) -> None:
    assert devices.network(address) == short


@given(st.text(max_size=300))
def test_whatever_a_browser_says_fits_its_column(agent: str) -> None:
    assert len(devices.device(agent)) <= 80
    assert len(devices.network(agent)) <= 45


@given(st.ip_addresses())
def test_no_address_is_kept_whole(address: object) -> None:
    short = devices.network(str(address))
    assert 0 < len(short) <= 45
    assert str(address) not in short
